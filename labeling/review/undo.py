"""Taking a reviewer's decision back, as long as nothing was built on it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.certification import standing
from labeling.consolidation import labels
from labeling.kernel import events, leases
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, NotAllowed
from labeling.models import Assignment, Audit, AuditPlan, Comment, Image, Label, Round, Step
from labeling.review import second_checks


def undo(audit: Audit, user: User) -> Audit:
    """Withdraw one's own verdict: the check is open again, in the same hands.

    The drawing of a blind check stays: its label was revealed, so it is never drawn anew.

    A monitoring verdict goes back until its round was revoked, a detector trained after a
    correction, or a person took the rejected image. A certificate's goes back only while an earlier
    check of the locked order is open: the test bets on the gapless prefix and takes no bet back.
    """
    with transaction.atomic():
        if audit.reviewer_id != user.pk:
            raise NotAllowed("Only the person who gave a verdict takes it back.")
        if audit.kind == Audit.Kind.CERTIFICATE:
            _check_uncounted(audit)
        audit.refresh_from_db()
        if not audit.verdict:
            return audit  # said twice
        before = audit.verdict
        if audit.kind == Audit.Kind.MONITORING:
            _restore(audit, user)
        until = leases.end(audit.round.job, timezone.now())
        Audit.objects.filter(pk=audit.pk).update(
            verdict="",
            boxes=None,
            value=None,
            drawn_value=None,
            found=None,
            missed_honeypot=None,
            reason="",
            decided_at=None,
            lease_expires_at=until,
        )
        events.record(
            audit.round.job,
            "verdict_undone",
            user,
            round=audit.round.number,
            image=audit.image_id,
            verdict=before,
        )
    audit.refresh_from_db()
    changed(
        audit.round.job
    )  # withdrawn assignments may have been the last that its round waited for
    return audit


def _check_uncounted(audit: Audit) -> None:
    """Conflict once the test has read this verdict."""
    round = audit.round
    AuditPlan.objects.select_for_update().get(round=round)
    round.refresh_from_db()
    if round.state != Round.State.AUDITING:
        raise Conflict("The audit is over; its verdicts stay as they are.")
    counted = {row.pk for place in standing.places(round) for row in place if row}
    if round.settings.blind_checks:
        if not audit.blind and audit.pk not in counted and not second_checks.withdraw(audit):
            raise Conflict("Someone else makes this check again since; it stays.")
    elif audit.blind:
        twin = Audit.objects.filter(round=round, image=audit.image_id, kind=audit.kind, blind=False)
        if twin.filter(reviewer=audit.reviewer).exists():
            raise Conflict("You have seen the auto-label of this image since; the check stays.")
        return
    if audit.pk in counted:
        raise Conflict(
            "This check is counted already. The proof only grows: what it has counted is never "
            "taken back, or its guarantee would not hold."
        )


def _restore(audit: Audit, user: User) -> None:
    if audit.round.job.events.filter(kind="round_revoked", data__round=audit.round.number).exists():
        raise Conflict("The round's labels were revoked since; the verdict stays as it is.")
    if audit.verdict == Audit.Verdict.APPROVED or audit.label is None:
        return
    assert audit.decided_at is not None
    give_back(audit.label, user, audit.decided_at)


def give_back(label: Label, user: User, since: datetime) -> None:
    """Let a label hold again that `user` ended at `since` (inside a transaction).

    Their own correction of it goes; Conflict where someone else built on either.
    """
    image = Image.objects.select_for_update().get(pk=label.image_id)
    if image.excluded:
        raise Conflict(f"The image was excluded since: {image.get_excluded_display()}.")
    active = Label.objects.active().filter(image=image).first()
    if active is not None:
        _check_own_and_unused(active, user, since)
        labels.revoke(Label.objects.filter(pk=active.pk), Label.Ended.TAKEN_BACK)
    assignments = Assignment.objects.filter(image=image)
    begun = assignments.filter(state="claimed") | assignments.filter(submitted_at__gte=since)
    if begun.exists():
        raise Conflict("Someone has begun to draw this image; let them finish.")
    assignments.filter(state="open").update(state="withdrawn", reason=Assignment.Withdrawn.ACCEPTED)
    Label.objects.filter(pk=label.pk).update(revoked_at=None, ended="", reason="")


def take_back(label: Label, user: User) -> Label:
    """Withdraw one's own correction or adjudication: the label before it holds again.

    Conflict where the image had none, or where something was built on either.
    """
    with transaction.atomic():
        replaced = label.detail.get("before") or 0
        before = Label.objects.filter(pk=replaced, image=label.image_id).first()
        if label.by_id != user.pk or label.source != Label.Source.REVIEWER:
            raise NotAllowed("Only the person who made a label takes it back.")
        if before is None:
            raise Conflict("The image had no label before this one; correct it instead.")
        Image.objects.select_for_update().get(pk=label.image_id)
        label.refresh_from_db()
        if before.revoked_at is None or label.ended == Label.Ended.TAKEN_BACK:
            return before  # said twice
        if label.revoked_at is not None:
            raise Conflict("The image has another label by now; correct that one.")
        give_back(before, user, label.created_at)
        _reopen_suggestion(label.detail.get("suggestion"))
        events.record(label.image.job, "label_taken_back", user, image=label.image_id)
    before.refresh_from_db()
    return before


def _reopen_suggestion(pk: int | None) -> None:
    """What an annotator suggested waits again, if the label was made of it."""
    row = Comment.objects.filter(pk=pk or 0).first()
    if row is None:
        return
    if Comment.objects.filter(assignment=row.assignment_id, closed_at=None).exists():
        raise Conflict("Its annotator has suggested something else since.")
    Comment.objects.filter(pk=row.pk).update(closed_at=None, outcome=Comment.Outcome.NONE)


def _check_own_and_unused(active: Label, user: User, since: datetime) -> None:
    if active.by_id != user.pk or active.created_at < since:
        raise Conflict("The image has another label by now; correct that one.")
    if Step.objects.filter(
        round__job=active.image.job, state=Round.State.TRAINING, started_at__gte=active.created_at
    ).exists():
        raise Conflict("A detector has learned from this correction; correct it once more instead.")

"""Blind checks that are made again by someone else, and checkers who get none any more
(docs/algorithms.md 1.9)."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from labeling.certification import standing
from labeling.certification.core.counted import Record
from labeling.kernel import events, leases, sampling
from labeling.models import Audit, AuditPlan, Member, Round
from labeling.models.member import display_name

Kind = Audit.Kind
STOPPED = "checker_stopped"  # the event that says so
# A place waits so long for someone else to make its check again. Nobody gains by staying away: a
# checker's incomplete drawings count 0 but for the first.
PATIENCE = timedelta(days=7)


def stopped(round: Round) -> set[int]:
    """Who gets no further check of this proof while others are there."""
    found = round.job.events.filter(kind=STOPPED, data__round=round.number)
    return {int(str(one["checker"])) for one in found.values_list("data", flat=True)}


def follow(audit: Audit) -> None:
    """What follows from a verdict that counts in a proof of blind checks (inside a transaction that
    has locked its plan)."""
    _stop_if_too_little(audit)
    if not audit.blind and _wants_second(audit) and _may_make(audit, None).exists():
        Audit.objects.get_or_create(
            round=audit.round,
            image=audit.image,
            kind=audit.kind,
            blind=True,
            defaults={
                "position": audit.position,
                "rank": audit.rank,
                "predicted": audit.predicted,
                "confidence": audit.confidence,
            },
        )


def _wants_second(audit: Audit) -> bool:
    """Whether it was drawn incompletely, or belongs to the share that is checked twice."""
    if audit.drawn is None or audit.boxes is None:
        return False
    seed = audit.round.audit_plan.seed
    return audit.is_incomplete or sampling.checked_twice(audit.image.digest, seed)


def drop_impossible(round: Round) -> int:
    """Drop second checks that nobody may make any more, or came for in PATIENCE, so that their
    firsts count; how many."""
    if round.state != Round.State.AUDITING or not round.settings.blind_checks:
        return 0
    dropped = 0
    for pk in round.audits.undecided().filter(blind=True).values_list("pk", flat=True):  # type: ignore[attr-defined]
        with transaction.atomic():
            # the test reads what this changes: first the plan, as a verdict does
            AuditPlan.objects.select_for_update().get(round=round)
            still = Round.objects.filter(pk=round.pk, state=Round.State.AUDITING).exists()
            row = Audit.objects.select_for_update().filter(pk=pk, verdict="").first()
            if row is not None and still and not _has_maker(row):
                row.delete()
                dropped += 1
    if dropped:
        events.record(round.job, "second_checks_dropped", None, round=round.number, count=dropped)
    return dropped


def withdraw(first: Audit) -> bool:
    """Whether the second check of an image, if there is one, could be withdrawn: nobody has begun
    it (inside a transaction that has locked the plan)."""
    others = second_of(first)
    free = Q(reviewer=None) | leases.ran_out(timezone.now())
    others.filter(free, verdict="", drawn__isnull=True).delete()
    return not others.exists()


def second_of(first: Audit) -> "QuerySet[Audit]":
    """The second check of the same image."""
    return Audit.objects.filter(
        round=first.round_id, image=first.image_id, kind=first.kind, blind=True
    )


def _has_maker(second: Audit) -> bool:
    """Whether somebody has a second check in hand, or may take it and had not long enough."""
    now = timezone.now()
    first = Audit.objects.get(
        round=second.round_id, image=second.image_id, kind=second.kind, blind=False
    )
    overdue = first.decided_at is not None and first.decided_at < now - PATIENCE
    given_up = second.lease_expires_at is None or second.lease_expires_at < now
    if overdue and given_up and second.drawn is None:
        return False
    if second.round.job.members.reviewers().filter(user=second.reviewer_id).exists():
        return True
    return _may_make(first, second).exists()


def _may_make(first: Audit, second: Audit | None) -> "QuerySet[Member]":
    """Who may draw an image again: they have seen nothing of its label yet."""
    seen = set(first.revealed_to.values_list("pk", flat=True)) | {first.reviewer_id}
    if second is not None:
        seen |= set(second.revealed_to.values_list("pk", flat=True))
    others = first.round.job.members.reviewers().exclude(user__in=seen - {None})
    return others.exclude(user__in=stopped(first.round))


def _stop_if_too_little(audit: Audit) -> None:
    """Note once that a checker adds so much after the reveal that honest work is ruled out."""
    user: User | None = audit.reviewer
    if user is None or user.pk in stopped(audit.round):
        return
    record = Record()
    made = audit.round.audits.filter(kind=Kind.CERTIFICATE, reviewer=user, value__isnull=False)  # type: ignore[attr-defined]
    for one in made.order_by("decided_at"):
        record.add(standing.check_of(one))
    if record.draws_too_little:
        events.record(
            audit.round.job,
            STOPPED,
            None,
            round=audit.round.number,
            checker=user.pk,
            name=display_name(user),
        )

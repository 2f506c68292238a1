"""Checks of machine labels: freeze, claim, decide, and what follows from the verdicts."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from labeling.core import certificate
from labeling.core.boxes import Box, pack, parse, without_scores
from labeling.core.quality import quality
from labeling.errors import Conflict, Invalid, LeaseLost, NotAllowed
from labeling.models import Assignment, Audit, Image, Job, Label, Member, Round
from labeling.services import events, labels

Kind, Verdict = Audit.Kind, Audit.Verdict

REJECT_REASONS = (
    "Object missed",
    "Box too loose or too tight",
    "Wrong class",
    "Box on nothing",
    "Same object twice",
    "Image unusable",
)
ALLOWED = {
    Kind.CERTIFICATE: (Verdict.APPROVED, Verdict.CORRECTED, Verdict.UNJUDGEABLE),
    Kind.WATCH: (Verdict.APPROVED, Verdict.CORRECTED, Verdict.REJECTED),
}
LIFTED = 1e6  # priority of an image whose auto-label was refused: people see it first


def undecided(round: Round) -> "QuerySet[Audit]":
    """Certificate audits that must still be judged before the round can move on."""
    from labeling.services import certificates  # certificates read the audits defined here

    rows = round.audits.filter(kind=Kind.CERTIFICATE).undecided()  # type: ignore[attr-defined]
    return rows.filter(position__lt=certificates.needed(round))  # type: ignore[no-any-return]


def claimable(job: Job, user: User, now: datetime) -> "QuerySet[Audit]":
    """Audits this person may take, in order: the certificate's first, then the watch.

    A blind check comes from someone else than the shown one; where one person does both, blind
    comes first, so that the boxes cannot lean on what was seen.
    """
    free = Q(reviewer=None) | Q(lease_expires_at__lt=now)
    rows = Audit.objects.undecided().filter(free, round__job=job)
    open_round = job.rounds.filter(state=Round.State.AUDITING, closed_at=None).first()
    due = Q(kind=Kind.WATCH, label__revoked_at__isnull=True)
    if open_round is not None:
        due |= Q(pk__in=undecided(open_round).values("pk"))
    twin = Audit.objects.filter(
        round=OuterRef("round"), image=OuterRef("image"), kind=Kind.CERTIFICATE
    )
    others = _reviewers(job).exclude(user=user).exists()
    if others:
        touched = twin.filter(reviewer=user).exclude(pk=OuterRef("pk"))
        rows = rows.exclude(Exists(touched))
    else:
        rows = rows.exclude(Q(blind=False), Exists(twin.filter(blind=True, verdict="")))
    return rows.filter(due).order_by("kind", "position", "-blind")


def _reviewers(job: Job) -> "QuerySet[Member]":
    return job.members.filter(
        role__in=(Member.Role.REVIEWER, Member.Role.MANAGER), user__is_active=True
    )


def claim_next(job: Job, user: User, *, count: int = 2) -> list[Audit]:
    """The audits the person holds, renewed, topped up to `count`."""
    if not _reviewers(job).filter(user=user).exists():
        raise NotAllowed("Only reviewers of this job check auto-labels.")
    now = timezone.now()
    until = now + timedelta(seconds=job.lease_seconds)
    mine = Audit.objects.undecided().filter(round__job=job, reviewer=user)
    mine = mine.filter(Q(kind=Kind.WATCH) | Q(round__state=Round.State.AUDITING))
    mine.update(lease_expires_at=until)
    held = list(mine.select_related("image", "round", "label"))
    if job.state in (Job.State.PAUSED, Job.State.CANCELLED):
        return held
    missing = count - len(held)
    rows = claimable(job, user, now).values_list("pk", "image")[: max(0, missing) * 4]
    for pk, image in rows:
        # never both checks of one image in one hand, also not within one call
        if missing <= 0 or image in {a.image_id for a in held}:
            continue
        taken = Audit.objects.filter(
            Q(reviewer=None) | Q(lease_expires_at__lt=now), pk=pk, verdict=""
        ).update(reviewer=user, lease_expires_at=until)
        if taken:
            held.append(Audit.objects.select_related("image", "round", "label").get(pk=pk))
            missing -= 1
    return held


def renew(audit: Audit, user: User) -> datetime:
    """Keep the audit a while longer."""
    until = timezone.now() + timedelta(seconds=audit.round.job.lease_seconds)
    if not Audit.objects.filter(pk=audit.pk, reviewer=user, verdict="").update(
        lease_expires_at=until
    ):
        raise LeaseLost("This check was given to someone else.")
    return until


def decide(
    audit: Audit, user: User, *, verdict: str, boxes: Any = None, reason: str = "",
    active_ms: int = 0,
) -> Audit:  # fmt: skip
    """Store a verdict and what follows from it; saying the same again changes nothing.

    A correction that changes nothing becomes an approval. Certificate audits know no rejection:
    what cannot be judged counts 0, and the image goes to people.
    """
    if verdict not in ALLOWED[Kind(audit.kind)]:
        allowed = ", ".join(ALLOWED[Kind(audit.kind)])
        raise Invalid(f"A {audit.kind} audit takes one of: {allowed}.", where="verdict")
    if verdict == Verdict.REJECTED and reason not in REJECT_REASONS:
        raise Invalid(f"Choose a reason: {', '.join(REJECT_REASONS)}.", where="reason")
    verdict, final = _final(audit, verdict, boxes)
    with transaction.atomic():
        stored = Audit.objects.filter(pk=audit.pk, reviewer=user, verdict="").update(
            verdict=verdict, boxes=final, value=_value(audit, verdict, final), reason=reason,
            active_ms=max(0, active_ms), decided_at=timezone.now(), lease_expires_at=None,
        )  # fmt: skip
        if not stored:
            audit.refresh_from_db()
            if audit.reviewer_id == user.pk and audit.verdict == verdict and audit.boxes == final:
                return audit
            raise Conflict("This check was decided or given to someone else.")
        audit.refresh_from_db()
        if audit.kind == Kind.WATCH:
            _apply_watch(audit, user)
    _after(audit)
    return audit


def _final(audit: Audit, verdict: str, raw: Any) -> tuple[str, list[Box] | None]:
    predicted = without_scores(audit.predicted)
    if verdict == Verdict.APPROVED and not audit.blind:
        return verdict, predicted
    if verdict in (Verdict.APPROVED, Verdict.CORRECTED):
        if raw is None:
            raise Invalid("A correction needs the corrected boxes.", where="boxes")
        classes = set(audit.round.job.classes.values_list("index", flat=True))
        image = audit.image
        given = without_scores(parse(raw, width=image.width, height=image.height, classes=classes))
        unchanged = given == predicted and not audit.blind
        return (Verdict.APPROVED, predicted) if unchanged else (Verdict.CORRECTED, given)
    return verdict, None


def _value(audit: Audit, verdict: str, boxes: list[Box] | None) -> float:
    if boxes is None:
        return 0.0
    return quality(pack(audit.predicted), pack(boxes))


def _apply_watch(audit: Audit, user: User) -> None:
    """A rejected label goes back to people; a corrected one is replaced at once."""
    before = audit.label.boxes if audit.label else None
    if audit.verdict == Verdict.REJECTED:
        labels.revoke(
            Label.objects.active().filter(image=audit.image, source=Label.Source.AUTO),
            f"rejected: {audit.reason}",
        )
        Image.objects.filter(pk=audit.image_id).update(priority=LIFTED)
    elif audit.verdict == Verdict.CORRECTED:
        labels.accept(
            audit.image, audit.boxes, Label.Source.REVIEWER,
            round=audit.round, by=user, confidence=1.0, reason="corrected in audit",
        )  # fmt: skip
        Image.objects.filter(pk=audit.image_id, split="").update(split=Image.Split.TRAINING)
    events.record(
        audit.round.job, "audit_decided", user, kind=audit.kind, round=audit.round.number,
        image=audit.image_id, verdict=audit.verdict, reason=audit.reason,
        before=before, after=audit.boxes,
    )  # fmt: skip


def _after(audit: Audit) -> None:
    """What a verdict moves once it is committed."""
    from labeling.services import certificates, jobs, recalls, rounds

    round = audit.round
    if audit.kind == Kind.CERTIFICATE:
        certificates.update_wealth(round)
        rounds.advance_if_done(round)
        return
    recalls.check(round)
    if audit.verdict == Verdict.REJECTED:
        jobs.reopen(round.job)


def sample_watch(round: Round) -> int:
    """Choose the accepted images that reviewers will still see; the same ones at every call."""
    share = round.settings["watch_share"]
    seed = f"{round.job.seed}:{round.number}"
    rows = Label.objects.active().auto().filter(round=round).select_related("image")
    chosen = [label for label in rows if certificate.sampled(label.image.digest, seed, share)]
    order = certificate.audit_order([label.image.digest for label in chosen], seed)
    Audit.objects.bulk_create(
        [
            Audit(
                round=round, image=chosen[i].image, kind=Kind.WATCH, position=position,
                predicted=chosen[i].boxes, confidence=chosen[i].confidence, label=chosen[i],
            )
            for position, i in enumerate(order)
        ],
        ignore_conflicts=True, batch_size=500,
    )  # fmt: skip
    return len(order)


def withdraw_frozen(round: Round, images: list[int]) -> None:
    """Take the frozen images' open seats away (inside the freeze's transaction)."""
    Assignment.objects.filter(round=round, image__in=images, state="open").update(
        state="withdrawn", reason=labels.FROZEN
    )

"""A reviewer's verdict on one machine label, and what follows from it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.assignments import answer_content, answers
from labeling.certification.core import counted
from labeling.consolidation import labels
from labeling.kernel import disk_space, events
from labeling.kernel.boxes import Box, without_scores
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Audit, AuditPlan, Image, Label, RejectReason, Round
from labeling.review import drawings, second_checks

Kind, Verdict = Audit.Kind, Audit.Verdict

ALLOWED = {
    Kind.CERTIFICATE: (Verdict.APPROVED, Verdict.CORRECTED, Verdict.UNJUDGEABLE),
    Kind.MONITORING: (Verdict.APPROVED, Verdict.CORRECTED, Verdict.REJECTED),
}
LIFTED = 1e6  # priority of an image whose auto-label was refused: people see it first


def decide(
    audit: Audit,
    user: User,
    *,
    verdict: str,
    boxes: object = None,
    reason: str = "",
    active_ms: int = 0,
) -> Audit:
    """Store a verdict and what follows from it; saying the same again changes nothing.

    A correction that changes nothing becomes an approval. A blind check takes the drawing that was
    stored before, and of the label what that revealed. Certificate audits know no rejection:
    what cannot be judged counts 0, and the image goes to people. One that comes when the proof is
    complete without it does not count (no value), but its image keeps the checker's boxes.
    """
    disk_space.for_people()
    if verdict not in ALLOWED[Kind(audit.kind)]:
        allowed = ", ".join(ALLOWED[Kind(audit.kind)])
        raise Invalid(f"A {audit.kind} audit takes one of: {allowed}.", where="verdict")
    if verdict == Verdict.REJECTED:
        check_reason(reason)
    verdict, final, missed_honeypot = _final(audit, verdict, boxes)
    # of many boxes it takes a second: nothing may be locked
    check = _check(audit, final, missed_honeypot)
    with transaction.atomic():
        answers.check_not_cancelled(audit.round.job)
        counts = audit.kind == Kind.MONITORING or _proof_waits(audit)
        stored = Audit.objects.filter(pk=audit.pk, reviewer=user, verdict="").update(
            verdict=verdict,
            boxes=final,
            value=check.value if counts else None,
            drawn_value=check.drawn_value if counts else None,
            found=check.found if final is not None and audit.drawn_blind else None,
            missed_honeypot=missed_honeypot,
            reason=reason,
            active_ms=max(0, min(active_ms, answer_content.MAX_ACTIVE_MS)),
            decided_at=timezone.now(),
            lease_expires_at=None,
        )
        if not stored:
            audit.refresh_from_db()
            said = audit.reviewer_id, audit.verdict, audit.boxes, audit.missed_honeypot
            if said == (user.pk, verdict, final, missed_honeypot):
                return audit
            raise Conflict("This audit was decided or reassigned.")
        audit.refresh_from_db()
        if audit.kind == Kind.MONITORING:
            _apply_monitoring(audit, user)
        elif not counts:
            _apply_late(audit, user)
        elif audit.counts_as_drawn:
            second_checks.follow(audit)
    monitored = audit.round if audit.kind == Kind.MONITORING else None
    changed(audit.round.job, monitored=monitored)
    return audit


def check_reason(reason: str) -> None:
    """Raise Invalid where this is no code of RejectReason."""
    if reason not in RejectReason:
        raise Invalid(f"Choose a reason: {', '.join(RejectReason)}.", where="reason")


def _final(audit: Audit, verdict: str, raw: object) -> tuple[str, list[Box] | None, bool | None]:
    """The verdict and boxes as they are stored, and whether a honeypot was missed."""
    predicted = without_scores(audit.predicted)
    if verdict == Verdict.APPROVED and not audit.drawn_blind:
        return verdict, predicted, None
    if verdict in (Verdict.APPROVED, Verdict.CORRECTED):
        if raw is None:
            raise Invalid("A correction needs the corrected boxes.", where="boxes")
        given = without_scores(answer_content.parse_boxes(audit.image, raw))
        if audit.drawn_blind:
            done = drawings.completed(audit, given)
            return Verdict.CORRECTED, done.boxes, done.missed_honeypot
        return Verdict.APPROVED if given == predicted else Verdict.CORRECTED, given, None
    return verdict, None, None


def _proof_waits(audit: Audit) -> bool:
    """Whether the test still reads verdicts (inside a transaction).

    The certificate must not depend on which of two checkers the clock lets come first.
    """
    AuditPlan.objects.select_for_update().get(round=audit.round_id)
    return Round.objects.filter(pk=audit.round_id, state=Round.State.AUDITING).exists()


def _check(audit: Audit, boxes: list[Box] | None, missed_honeypot: bool | None) -> counted.Check:
    kind, who = audit.round.settings.kind, audit.reviewer_id or 0
    drawn = audit.drawn if audit.drawn_blind else None
    return counted.Check.of(kind, who, audit.predicted, drawn, boxes, missed_honeypot)


def _apply_monitoring(audit: Audit, user: User) -> None:
    """A rejected label goes back to people; a corrected one is replaced at once."""
    before = audit.label.boxes if audit.label else None
    if audit.verdict == Verdict.REJECTED:
        _refuse(audit, Label.Ended.REJECTED, audit.reason)
    elif audit.verdict == Verdict.CORRECTED:
        _keep_boxes(audit, user)
    _record(audit, user, before)


def _apply_late(audit: Audit, user: User) -> None:
    """What the round accepted, or may still accept, of this image gives way to the checker."""
    held = Label.objects.active().filter(image=audit.image_id).first()
    if held is not None and held.source != Label.Source.AUTO:
        return
    if audit.verdict == Verdict.UNJUDGEABLE:
        _refuse(audit, Label.Ended.UNJUDGEABLE)
    else:
        _keep_boxes(audit, user)
    _record(audit, user, held.boxes if held else None)


def _refuse(audit: Audit, ended: str, reason: str = "") -> None:
    auto = Label.objects.active().filter(image=audit.image, source=Label.Source.AUTO)
    labels.revoke(auto, ended, reason)
    Image.objects.filter(pk=audit.image_id).update(priority=LIFTED)


def _keep_boxes(audit: Audit, user: User) -> None:
    labels.accept(
        audit.image,
        audit.boxes or [],
        Label.Source.REVIEWER,
        round=audit.round,
        by=user,
        confidence=1.0,
        replaces=Label.Ended.AUDITED,
    )
    Image.objects.filter(pk=audit.image_id, split="").update(split=Image.Split.TRAINING)


def _record(audit: Audit, user: User, before: list[Box] | None) -> None:
    events.record(
        audit.round.job,
        "audit_decided",
        user,
        kind=audit.kind,
        round=audit.round.number,
        image=audit.image_id,
        verdict=audit.verdict,
        reason=audit.reason,
        before=before,
        after=audit.boxes,
    )

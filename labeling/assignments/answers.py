"""People's answers: submit and skip, however often they are sent."""

from collections import Counter
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.assignments import overlap
from labeling.assignments.core import honeypots
from labeling.assignments.handover import lock_image
from labeling.consolidation.labels import EXCLUDED, FROZEN
from labeling.kernel import boxes as box_sets
from labeling.kernel import disk_space, events
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, Invalid, LeaseLost, NotAllowed
from labeling.models import Assignment, Draft, Image, Job, Round

State = Assignment.State

SKIP_REASONS = (
    "Image unusable",
    "Too hard to see",
    "Not sure about the class",
    "Wrong picture for this job",
    "Image is broken",
    "Other",
)
MAX_ACTIVE_MS = 24 * 3600 * 1000


def skip(seat: Assignment, user: User, reason: str, **report: Any) -> None:
    """Decline an image: its slot opens for someone else; two equal reasons exclude the image.

    `report`: what is recorded for managers besides, once however often it is said.
    """
    if reason not in SKIP_REASONS:
        raise Invalid(f"Choose a reason: {', '.join(SKIP_REASONS)}.", where="reason")
    with transaction.atomic():
        check_not_cancelled(seat.round.job)
        gone = (
            Assignment.objects.held_by(user)
            .filter(pk=seat.pk)
            .update(state=State.SKIPPED, reason=reason)
        )
        if not gone:
            seat.refresh_from_db()
            if seat.state == State.SKIPPED and seat.annotator_id == user.pk:
                return  # said twice
            raise LeaseLost("This image was given to someone else.")
        events.record(seat.round.job, "image_skipped", user, image=seat.image_id, reason=reason)
        if report:
            events.record(seat.round.job, "image_reported", user, image=seat.image_id, **report)
        same = Assignment.objects.filter(
            image=seat.image_id, state=State.SKIPPED, reason=reason
        ).count()
        answered = Assignment.objects.filter(
            round=seat.round, image=seat.image_id, state=State.SUBMITTED
        ).exists()
        if same >= 2 and not answered:
            Image.objects.filter(pk=seat.image_id, excluded="").update(
                excluded=f"Skipped twice: {reason}"
            )
            Assignment.objects.filter(
                round=seat.round, image=seat.image_id, state=State.OPEN
            ).update(state=State.WITHDRAWN, reason=EXCLUDED)
            events.record(
                seat.round.job, "image_excluded", user, image=seat.image_id, reason=reason
            )
        else:
            overlap.offer_again(seat)
    changed(seat.round.job, people=True)


def submit(
    seat: Assignment,
    user: User,
    *,
    version: int,
    boxes: Any,
    active_ms: int,
    trace: dict[str, Any] | None = None,
) -> Assignment:
    """Store an answer, however often it is sent (docs/architecture.md 6.2, 7.1).

    The same version again gives the same reply; a higher one replaces the answer until the round
    leaves COLLECTING, and its times are added; a lower one is a Conflict. A seat taken over
    meanwhile becomes surplus.
    A draft that the answer grew from is done with.
    `trace`: what services.traces made of the page's account of the work.
    """
    disk_space.for_people()
    if seat.annotator_id != user.pk:
        raise NotAllowed("This seat belongs to someone else.")
    parsed = box_sets.without_scores(parse_boxes(seat.image, boxes))
    answer = {
        **_kept(seat, parsed, trace),
        "version": version,
        "active_ms": max(0, min(active_ms, MAX_ACTIVE_MS)),
        "submitted_at": timezone.now(),
        **(trace or {}),
    }
    judged = overlap.Judged(seat.round)
    while True:
        try:
            first = _store(seat, user, answer, judged)
            break
        except overlap.Unjudged as found:
            judged.judge(found.answered)
    if not first:
        seat.refresh_from_db()
    # Nobody's last answer moves nothing: one cheap look instead of the whole rule.
    if not overlap.awaited(seat.round).exists():
        changed(seat.round.job)
        seat.round.refresh_from_db()  # it may have moved on, and the next image is of another
    return seat


def _store(seat: Assignment, user: User, answer: dict[str, Any], judged: overlap.Judged) -> bool:
    """In one transaction the answer and what follows from it; whether it is the first one."""
    version = answer["version"]
    with transaction.atomic():
        check_not_cancelled(seat.round.job)
        lock_image(seat.image_id)
        first = (
            Assignment.objects.held_by(user)
            .filter(
                pk=seat.pk,
                version__lt=version,
                round__closed_at=None,
                round__job__state__in=(Job.State.RUNNING, Job.State.PAUSED),
            )
            .update(state=State.SUBMITTED, lease_expires_at=None, **answer)
        )
        if first:
            overlap.open_further(_stored(seat, answer), judged)
        else:
            _resubmit(seat, version, answer, judged)
        # a draft that starts from this very answer is newer work: the answer came a second time
        Draft.objects.filter(seat=seat.pk, version__lt=version).delete()
    return bool(first)


def check_not_cancelled(job: Job) -> None:
    """Conflict once the job is cancelled: what comes then is neither stored nor paid."""
    if Job.objects.filter(pk=job.pk, state=Job.State.CANCELLED).exists():
        raise Conflict("This job was cancelled, so nothing more is taken for it.")


def _kept(
    seat: Assignment, boxes: list[box_sets.Box], trace: dict[str, Any] | None
) -> dict[str, Any]:
    """The boxes that count, and whether the planted one was among those first sent."""
    if seat.planted is None:
        return {"boxes": boxes}
    fates = (trace or {}).get("outcomes")
    others = Assignment.objects.filter(image=seat.image_id, state=State.SUBMITTED)
    kept = honeypots.without(
        boxes,
        seat.suggested[seat.planted],
        fate=fates[seat.planted] if fates else None,
        others=[box for other in others.exclude(annotator=seat.annotator) for box in other.boxes],
    )
    if seat.let_through is not None:
        return {"boxes": kept}
    return {"boxes": kept, "let_through": len(kept) < len(boxes)}


def _same_answer(seat: Assignment, boxes: list[box_sets.Box]) -> bool:
    """Whether these boxes are the stored ones; at the planted place others may have drawn since."""
    if seat.planted is None:
        return bool(seat.boxes == boxes)
    planted = seat.suggested[seat.planted]
    return honeypots.without(seat.boxes, planted) == honeypots.without(boxes, planted)


def _stored(seat: Assignment, answer: dict[str, Any]) -> Assignment:
    """The seat as the update left it, without reading it again."""
    for name, value in {**answer, "state": State.SUBMITTED, "lease_expires_at": None}.items():
        setattr(seat, name, value)
    return seat


def _resubmit(
    seat: Assignment, version: int, answer: dict[str, Any], judged: overlap.Judged
) -> None:
    """Every case but the first answer on a held seat."""
    seat.refresh_from_db()
    if seat.version == version and seat.state in (State.SUBMITTED, State.SURPLUS):
        # two tabs: the second must not vanish in silence
        if not _same_answer(seat, answer["boxes"]):
            raise Conflict("Another answer of yours to this image was stored already.")
        return
    if version < seat.version:
        raise Conflict(f"A newer answer (version {seat.version}) of this image is stored.")
    # Locked: who moves the round on waits for this change, and then makes the label of it.
    locked = Round.objects.select_for_update(no_key=True).values_list("state", flat=True)
    seat.round.state = locked.get(pk=seat.round_id)
    collecting = seat.round.takes_answers
    answer = {**answer, **_times_with(seat, answer)}
    if seat.state == State.SUBMITTED:
        if not collecting:
            raise Conflict("This image is finished: its round has moved on. Nothing was changed.")
        Assignment.objects.filter(pk=seat.pk).update(**answer)
        seat.boxes = answer["boxes"]
        overlap.refresh_shown(seat)
        overlap.open_further(seat, judged)
        return
    if seat.state == State.LAPSED and collecting:
        slot = Assignment.objects.filter(round=seat.round, image=seat.image_id, slot=seat.slot)
        again, _ = slot.filter(state=State.OPEN).delete()
        held = slot.filter(state__in=(State.CLAIMED, State.SUBMITTED)).exists()
        frozen = slot.filter(reason=FROZEN).exists() and not again
        if not held and not frozen:
            Assignment.objects.filter(pk=seat.pk).update(
                state=State.SUBMITTED, lease_expires_at=None, **answer
            )
            overlap.open_further(_stored(seat, answer), judged)
            return
    Assignment.objects.filter(pk=seat.pk).update(state=State.SURPLUS, **answer)


def _times_with(seat: Assignment, answer: dict[str, Any]) -> dict[str, Any]:
    """The times of the answer together with those of the one it replaces; pages tell each alone."""
    times = {"active_ms": min(seat.active_ms + answer["active_ms"], MAX_ACTIVE_MS)}
    if not (seat.action_ms and "action_ms" in answer):
        return times
    both = Counter(seat.action_ms)
    both.update(answer["action_ms"])
    return {**times, "action_ms": dict(both)}


def parse_boxes(image: Image, raw: Any) -> list[box_sets.Box]:
    """Boxes from outside, checked against this image and its job's classes (retired ones too)."""
    classes = set(image.job.classes.order_by().values_list("index", flat=True))
    return box_sets.parse(raw, width=image.width, height=image.height, classes=classes)

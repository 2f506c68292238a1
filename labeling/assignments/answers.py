"""People's answers: submit and skip, however often they are sent."""

from collections import Counter
from datetime import datetime
from typing import NotRequired, TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.assignments import overlap
from labeling.assignments.answer_telemetry import Telemetry
from labeling.assignments.core import honeypots
from labeling.assignments.handover import lock_image
from labeling.consolidation.labels import EXCLUDED, LOCKED
from labeling.kernel import boxes as box_sets
from labeling.kernel import disk_space, events
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, Invalid, LeaseLost, NotAllowed
from labeling.kernel.json_shapes import JSON, ActionTimes
from labeling.models import Assignment, Draft, Image, Job, Round

State = Assignment.State

BROKEN = "Image is broken"  # the page says it, too, where a picture cannot be shown
SKIP_REASONS = (
    "Image unusable",
    "Too hard to see",
    "Not sure about the class",
    "Wrong picture for this job",
    BROKEN,
    "Other",
)
MAX_ACTIVE_MS = 24 * 3600 * 1000


class _Kept(TypedDict):
    boxes: list[box_sets.Box]
    missed_honeypot: NotRequired[bool]


class _Times(TypedDict):
    active_ms: int
    action_ms: NotRequired[ActionTimes]


class _Answer(_Kept, Telemetry):
    """The values of an assignment that an answer sets."""

    version: int
    active_ms: int
    submitted_at: datetime


def skip(assignment: Assignment, user: User, reason: str, **report: JSON) -> None:
    """Decline an image: its slot opens for someone else; two equal reasons exclude the image.

    `report`: what is recorded for managers besides, once however often it is said.
    """
    if reason not in SKIP_REASONS:
        raise Invalid(f"Choose a reason: {', '.join(SKIP_REASONS)}.", where="reason")
    with transaction.atomic():
        check_not_cancelled(assignment.round.job)
        gone = (
            Assignment.objects.held_by(user)
            .filter(pk=assignment.pk)
            .update(state=State.SKIPPED, reason=reason)
        )
        if not gone:
            assignment.refresh_from_db()
            if assignment.state == State.SKIPPED and assignment.annotator_id == user.pk:
                return  # said twice
            raise LeaseLost("This image was given to someone else.")
        events.record(
            assignment.round.job, "image_skipped", user, image=assignment.image_id, reason=reason
        )
        if report:
            events.record(
                assignment.round.job, "image_reported", user, image=assignment.image_id, **report
            )
        same = Assignment.objects.filter(
            image=assignment.image_id, state=State.SKIPPED, reason=reason
        ).count()
        answered = Assignment.objects.filter(
            round=assignment.round, image=assignment.image_id, state=State.SUBMITTED
        ).exists()
        if same >= 2 and not answered:
            Image.objects.filter(pk=assignment.image_id, excluded="").update(
                excluded=f"Skipped twice: {reason}"
            )
            Assignment.objects.filter(
                round=assignment.round, image=assignment.image_id, state=State.OPEN
            ).update(state=State.WITHDRAWN, reason=EXCLUDED)
            events.record(
                assignment.round.job,
                "image_excluded",
                user,
                image=assignment.image_id,
                reason=reason,
            )
        else:
            overlap.offer_again(assignment)
    changed(assignment.round.job, people=True)


def submit(
    assignment: Assignment,
    user: User,
    *,
    version: int,
    boxes: object,
    active_ms: int,
    trace: Telemetry | None = None,
) -> Assignment:
    """Store an answer, however often it is sent (docs/architecture.md 6.2, 7.1).

    The same version again gives the same reply; a higher one replaces the answer until the round
    leaves COLLECTING, and its times are added; a lower one is a Conflict. An assignment taken over
    meanwhile becomes extra.
    A draft that the answer grew from is done with.
    `trace`: what services.traces made of the page's account of the work.
    """
    disk_space.for_people()
    if assignment.annotator_id != user.pk:
        raise NotAllowed("This assignment belongs to someone else.")
    parsed = box_sets.without_scores(parse_boxes(assignment.image, boxes))
    trace = trace or {}
    answer: _Answer = {
        **trace,
        **_kept(assignment, parsed, trace),
        "version": version,
        "active_ms": max(0, min(active_ms, MAX_ACTIVE_MS)),
        "submitted_at": timezone.now(),
    }
    judged = overlap.Judged(assignment.round)
    while True:
        try:
            first = _store(assignment, user, answer, judged)
            break
        except overlap.Unjudged as found:
            judged.judge(found.answered)
    if not first:
        assignment.refresh_from_db()
    # Nobody's last answer moves nothing: one cheap look instead of the whole rule.
    if not overlap.awaited(assignment.round).exists():
        changed(assignment.round.job)
        assignment.round.refresh_from_db()  # it may have moved on, and the next image is of another
    return assignment


def _store(assignment: Assignment, user: User, answer: _Answer, judged: overlap.Judged) -> bool:
    """In one transaction the answer and what follows from it; whether it is the first one."""
    version = answer["version"]
    with transaction.atomic():
        check_not_cancelled(assignment.round.job)
        lock_image(assignment.image_id)
        first = (
            Assignment.objects.held_by(user)
            .filter(
                pk=assignment.pk,
                version__lt=version,
                round__closed_at=None,
                round__job__state__in=(Job.State.RUNNING, Job.State.PAUSED),
            )
            .update(state=State.SUBMITTED, lease_expires_at=None, **answer)
        )
        if first:
            overlap.open_further(_stored(assignment, answer), judged)
        else:
            _resubmit(assignment, version, answer, judged)
        # a draft that starts from this very answer is newer work: the answer came a second time
        Draft.objects.filter(assignment=assignment.pk, version__lt=version).delete()
    return bool(first)


def check_not_cancelled(job: Job) -> None:
    """Conflict once the job is cancelled: what comes then is neither stored nor paid."""
    if Job.objects.filter(pk=job.pk, state=Job.State.CANCELLED).exists():
        raise Conflict("This job was cancelled, so nothing more is taken for it.")


def _kept(assignment: Assignment, boxes: list[box_sets.Box], trace: Telemetry) -> _Kept:
    """The boxes that count, and whether the honeypot one was among those first sent."""
    if assignment.honeypot is None or assignment.suggested is None:
        return {"boxes": boxes}
    outcomes = trace.get("outcomes")
    others = Assignment.objects.filter(image=assignment.image_id, state=State.SUBMITTED)
    kept = honeypots.without(
        boxes,
        assignment.suggested[assignment.honeypot],
        outcome=outcomes[assignment.honeypot] if outcomes else None,
        others=[
            box
            for other in others.exclude(annotator=assignment.annotator)
            for box in other.boxes or ()
        ],
    )
    if assignment.missed_honeypot is not None:
        return {"boxes": kept}
    return {"boxes": kept, "missed_honeypot": len(kept) < len(boxes)}


def _same_answer(assignment: Assignment, boxes: list[box_sets.Box]) -> bool:
    """Whether these boxes are the stored ones; at the honeypot place others may have drawn
    since."""
    if assignment.honeypot is None or assignment.suggested is None:
        return assignment.boxes == boxes
    honeypot = assignment.suggested[assignment.honeypot]
    return honeypots.without(assignment.boxes or [], honeypot) == honeypots.without(boxes, honeypot)


def _stored(assignment: Assignment, answer: _Answer) -> Assignment:
    """The assignment as the update left it, without reading it again."""
    for name, value in {**answer, "state": State.SUBMITTED, "lease_expires_at": None}.items():
        setattr(assignment, name, value)
    return assignment


def _resubmit(
    assignment: Assignment, version: int, answer: _Answer, judged: overlap.Judged
) -> None:
    """Every case but the first answer on a held assignment."""
    assignment.refresh_from_db()
    if assignment.version == version and assignment.state in (State.SUBMITTED, State.EXTRA):
        # two tabs: the second must not vanish in silence
        if not _same_answer(assignment, answer["boxes"]):
            raise Conflict("Another answer of yours to this image was stored already.")
        return
    if version < assignment.version:
        raise Conflict(f"A newer answer (version {assignment.version}) of this image is stored.")
    # Locked: who moves the round on waits for this change, and then makes the label of it.
    locked = Round.objects.select_for_update(no_key=True).values_list("state", flat=True)
    assignment.round.state = locked.get(pk=assignment.round_id)
    collecting = assignment.round.takes_answers
    answer = {**answer, **_times_with(assignment, answer)}
    if assignment.state == State.SUBMITTED:
        if not collecting:
            raise Conflict("This image is finished: its round has moved on. Nothing was changed.")
        Assignment.objects.filter(pk=assignment.pk).update(**answer)
        assignment.boxes = answer["boxes"]
        overlap.refresh_shown(assignment)
        overlap.open_further(assignment, judged)
        return
    if assignment.state == State.EXPIRED and collecting:
        slot = Assignment.objects.filter(
            round=assignment.round, image=assignment.image_id, slot=assignment.slot
        )
        again, _ = slot.filter(state=State.OPEN).delete()
        held = slot.filter(state__in=(State.CLAIMED, State.SUBMITTED)).exists()
        in_a_plan = slot.filter(reason=LOCKED).exists() and not again
        if not held and not in_a_plan:
            Assignment.objects.filter(pk=assignment.pk).update(
                state=State.SUBMITTED, lease_expires_at=None, **answer
            )
            overlap.open_further(_stored(assignment, answer), judged)
            return
    Assignment.objects.filter(pk=assignment.pk).update(state=State.EXTRA, **answer)


def _times_with(assignment: Assignment, answer: _Answer) -> _Times:
    """The times of the answer together with those of the one it replaces; pages tell each alone."""
    times: _Times = {"active_ms": min(assignment.active_ms + answer["active_ms"], MAX_ACTIVE_MS)}
    if not (assignment.action_ms and "action_ms" in answer):
        return times
    both = Counter(assignment.action_ms)
    both.update(answer["action_ms"])
    return {**times, "action_ms": dict(both)}


def parse_boxes(image: Image, raw: object) -> list[box_sets.Box]:
    """Boxes from outside, checked against this image and its job's classes (retired ones too)."""
    classes = set(image.job.classes.order_by().values_list("index", flat=True))
    return box_sets.parse_boxes(raw, width=image.width, height=image.height, classes=classes)

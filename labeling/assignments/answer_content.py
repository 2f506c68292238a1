"""What a page sends with an answer, checked: boxes, the outcome of each suggestion, times."""

from datetime import datetime
from typing import NotRequired, TypedDict

from django.utils import timezone

from labeling.assignments.core import honeypots, telemetry
from labeling.kernel import boxes as box_sets
from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import ActionTimes, Outcome
from labeling.models import Assignment, Image

MAX_ACTIVE_MS = 24 * 3600 * 1000


class Answer(TypedDict):
    """The fields of an assignment that an answer sets."""

    version: int
    boxes: list[Box]
    active_ms: int
    submitted_at: datetime
    outcomes: NotRequired[list[Outcome]]
    action_ms: NotRequired[ActionTimes]
    missed_honeypot: NotRequired[bool]


def parse_answer(
    assignment: Assignment,
    *,
    version: int,
    boxes: object,
    active_ms: int,
    outcomes: object = None,
    action_ms: object = None,
) -> Answer:
    """The answer as it is stored, without the honeypot; Invalid names what is wrong and where.

    `outcomes` and `action_ms`: as far as the page tells them.
    """
    told = telemetry.parse_outcomes(outcomes, len(assignment.suggested or []))
    times = telemetry.parse_action_ms(action_ms)
    parsed = parse_boxes(assignment.image, boxes)
    answer: Answer = {
        "version": version,
        "boxes": box_sets.without_scores(parsed),
        "active_ms": max(0, min(active_ms, MAX_ACTIVE_MS)),
        "submitted_at": timezone.now(),
    }
    if told is not None:
        answer["outcomes"] = told
    if times is not None:
        answer["action_ms"] = times
    if assignment.honeypot is not None:
        _take_honeypot_out(answer, assignment, assignment.honeypot)
    return answer


def parse_boxes(image: Image, raw: object) -> list[Box]:
    """Boxes from outside, checked against this image and its job's classes (retired ones too)."""
    classes = set(image.job.classes.order_by().values_list("index", flat=True))
    return box_sets.parse_boxes(raw, width=image.width, height=image.height, classes=classes)


def _take_honeypot_out(answer: Answer, assignment: Assignment, place: int) -> None:
    """Leave the boxes that count, and note whether the honeypot was among those first sent."""
    others = Assignment.objects.filter(
        image=assignment.image_id, state=Assignment.State.SUBMITTED
    ).exclude(annotator=assignment.annotator)
    kept = honeypots.without(
        answer["boxes"],
        (assignment.suggested or [])[place],
        outcome=answer["outcomes"][place] if "outcomes" in answer else None,
        others=[box for other in others for box in other.boxes or ()],
    )
    if assignment.missed_honeypot is None:
        answer["missed_honeypot"] = len(kept) < len(answer["boxes"])
    answer["boxes"] = kept

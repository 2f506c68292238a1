"""Keeps beside an answer what became of the suggestions and where the time went."""

from typing import Any

from labeling.core import boxes as box_sets
from labeling.core import traces
from labeling.errors import Conflict
from labeling.models import Assignment


def parse(seat: Assignment, outcomes: Any, action_ms: Any) -> dict[str, Any]:
    """The checked values, before the answer itself is stored: a refusal must refuse both."""
    return {
        "outcomes": traces.parse_outcomes(outcomes, len(seat.suggested or [])),
        "action_ms": traces.parse_action_ms(action_ms),
    }


def check_same(seat: Assignment, version: int, sent: list[dict[str, Any]]) -> None:
    """A repeated answer must be the stored one; from two tabs two different ones may come.

    Raises Conflict, so that the second is never thrown away in silence.
    """
    if seat.version != version:
        return
    image = seat.image
    classes = {box["class_id"] for box in sent}
    parsed = box_sets.without_scores(
        box_sets.parse(sent, width=image.width, height=image.height, classes=classes)
    )
    if parsed != seat.boxes:
        raise Conflict("Another answer of yours to this image was stored already.")


def keep(seat: Assignment, version: int, parsed: dict[str, Any]) -> None:
    """Store them with that version of the answer; a repeated answer stores the same again."""
    told = {name: value for name, value in parsed.items() if value is not None}
    if told:
        Assignment.objects.filter(pk=seat.pk, version=version).update(**told)

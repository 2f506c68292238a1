"""Keeps beside an answer what became of the suggestions and where the time went."""

from typing import Any

from labeling.core import traces
from labeling.models import Assignment


def parse(seat: Assignment, outcomes: Any, action_ms: Any) -> dict[str, Any]:
    """The checked values, before the answer itself is stored: a refusal must refuse both."""
    return {
        "outcomes": traces.parse_outcomes(outcomes, len(seat.suggested or [])),
        "action_ms": traces.parse_action_ms(action_ms),
    }


def keep(seat: Assignment, version: int, parsed: dict[str, Any]) -> None:
    """Store them with that version of the answer; a repeated answer stores the same again."""
    if any(value is not None for value in parsed.values()):
        Assignment.objects.filter(pk=seat.pk, version=version).update(**parsed)

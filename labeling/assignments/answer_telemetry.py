"""What goes beside an answer: what became of the suggestions and where the time went."""

from typing import TypedDict

from labeling.assignments.core import telemetry
from labeling.kernel.json_shapes import Action, Outcome
from labeling.models import Assignment


class Telemetry(TypedDict, total=False):
    """What became of each suggestion, and active milliseconds by action."""

    outcomes: list[Outcome]
    action_ms: dict[Action, int]


def parse_telemetry(assignment: Assignment, outcomes: object, action_ms: object) -> Telemetry:
    """The checked values as fields of the assignment, as far as the page told any."""
    told: Telemetry = {}
    found = telemetry.parse_outcomes(outcomes, len(assignment.suggested or []))
    if found is not None:
        told["outcomes"] = found
    times = telemetry.parse_action_ms(action_ms)
    if times is not None:
        told["action_ms"] = times
    return told

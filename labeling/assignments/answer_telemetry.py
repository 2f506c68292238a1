"""What goes beside an answer: what became of the suggestions and where the time went."""

from typing import Any

from labeling.assignments.core import telemetry
from labeling.models import Assignment


def parse_telemetry(assignment: Assignment, outcomes: Any, action_ms: Any) -> dict[str, Any]:
    """The checked values as fields of the assignment, as far as the page told any."""
    found = {
        "outcomes": telemetry.parse_outcomes(outcomes, len(assignment.suggested or [])),
        "action_ms": telemetry.parse_action_ms(action_ms),
    }
    return {name: value for name, value in found.items() if value is not None}

"""Seconds of active time that one box takes people, from the times that came with an answer."""

from collections.abc import Iterator
from dataclasses import dataclass

WAYS = ("drag", "clicks", "points")  # of drawing, as traces.ACTIONS name them
DRAWING = (*WAYS, "draw")
KINDS = ("drawn", *WAYS, "adjusted", "accepted", "verified", "empty")


@dataclass(frozen=True)
class Trace:
    """What is known of one answer; times in milliseconds."""

    boxes: int
    suggested: int
    outcomes: list[str] | None  # one of traces.OUTCOMES for each suggestion
    action_ms: dict[str, int]
    active_ms: int
    verify: bool


def seconds(trace: Trace) -> Iterator[tuple[str, float]]:
    """(kind, seconds of one) for each of KINDS this answer tells something about.

    Time is told by action, not by box, so an answer counts only for what its time is about alone:
    edges moved on boxes of one's own are no correction of a suggestion.
    """
    if not trace.suggested and not trace.boxes:
        yield "empty", trace.active_ms / 1000
    if trace.suggested and trace.outcomes is None:
        return
    outcomes = {
        outcome: (trace.outcomes or []).count(outcome) for outcome in ("accepted", "changed")
    }
    spent = trace.action_ms.get
    if trace.verify and trace.suggested:
        judged = sum(spent(action, 0) for action in ("accept", "reject", "adjust", "delete"))
        yield "verified", judged / trace.suggested / 1000
        return
    drawn = trace.boxes - outcomes["accepted"] - outcomes["changed"]
    ways = [action for action in DRAWING if spent(action, 0)]
    if drawn > 0 and ways:
        each = sum(spent(action, 0) for action in ways) / drawn / 1000
        yield "drawn", each
        if len(ways) == 1 and ways[0] in WAYS:
            yield ways[0], each
    if outcomes["changed"] and drawn <= 0 and spent("adjust", 0):
        yield "adjusted", spent("adjust", 0) / outcomes["changed"] / 1000
    if outcomes["accepted"] and spent("accept", 0):
        yield "accepted", spent("accept", 0) / outcomes["accepted"] / 1000

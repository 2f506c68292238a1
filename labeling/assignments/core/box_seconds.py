"""Seconds of active time that one box takes people, from the times that came with an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from labeling.kernel.json_shapes import Action, ActionTimes

Way = Literal["drag", "clicks", "points"]
WAYS: tuple[Way, ...] = ("drag", "clicks", "points")  # of drawing, as traces.ACTIONS name them
DRAWING: tuple[Action, ...] = (*WAYS, "draw")
JUDGING: tuple[Action, ...] = ("accept", "reject", "adjust", "delete")
Kind = Literal["drawn", "drag", "clicks", "points", "adjusted", "accepted", "verified", "empty"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Trace:
    """What is known of one answer; times in milliseconds."""

    boxes: int
    suggested: int
    outcomes: list[str] | None  # one of traces.OUTCOMES for each suggestion
    action_ms: ActionTimes
    active_ms: int
    verify: bool


def seconds(trace: Trace) -> Iterator[tuple[Kind, float]]:
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
        judged = sum(spent(action, 0) for action in JUDGING)
        yield "verified", judged / trace.suggested / 1000
        return
    drawn = trace.boxes - outcomes["accepted"] - outcomes["changed"]
    ways = [action for action in DRAWING if spent(action, 0)]
    if drawn > 0 and ways:
        each = sum(spent(action, 0) for action in ways) / drawn / 1000
        yield "drawn", each
        for way in WAYS:
            if ways == [way]:
                yield way, each
    if outcomes["changed"] and drawn <= 0 and spent("adjust", 0):
        yield "adjusted", spent("adjust", 0) / outcomes["changed"] / 1000
    if outcomes["accepted"] and spent("accept", 0):
        yield "accepted", spent("accept", 0) / outcomes["accepted"] / 1000

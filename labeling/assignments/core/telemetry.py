"""What an answer tells beside its boxes: the outcome of each suggestion, and where the time
went."""

from typing import get_args

from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import Action, Outcome

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ACTIONS: tuple[Action, ...] = get_args(Action)
MOST_MS = 24 * 3600 * 1000


def parse_outcomes(raw: object, suggested: int) -> list[Outcome] | None:
    """One of OUTCOMES for each of the `suggested` boxes, in their order; None where none is told.

    Raises Invalid, naming the place, for another length or another word.
    """
    if raw is None:
        return None
    if not isinstance(raw, list) or len(raw) != suggested:
        raise Invalid(
            f"This image has {suggested} suggestions; tell one outcome for each.", where="outcomes"
        )
    for place, word in enumerate(raw):
        if word not in OUTCOMES:
            raise Invalid(
                f"An outcome is one of {', '.join(OUTCOMES)}.", where=f"outcomes[{place}]"
            )
    return raw


def parse_action_ms(raw: object) -> dict[Action, int] | None:
    """Active milliseconds by action, pauses cut off; None where none is told.

    Raises Invalid for an unknown action and for anything that is no time within one day.
    """
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Invalid("Times must be an object of milliseconds by action.", where="action_ms")
    for name, value in raw.items():
        if name not in ACTIONS:
            raise Invalid(f"An action is one of {', '.join(ACTIONS)}.", where=f"action_ms.{name}")
        if type(value) is not int or not 0 <= value <= MOST_MS:
            raise Invalid("A time is whole milliseconds, at most a day.", where=f"action_ms.{name}")
    return raw

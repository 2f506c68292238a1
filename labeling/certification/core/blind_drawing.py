"""A blind check: the label's boxes that a drawing does not match, and which of them were added."""

from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import Box, iou_matrix, pack, without_scores
from labeling.kernel.errors import Invalid

SAME_OBJECT = 0.5  # IoU from which two boxes of a class show one object, as quality counts it
PAGE_ROUNDING = 0.051  # pixels; pages keep a tenth of one


def unmatched(label: Sequence[Box], drawn: Sequence[Box]) -> list[Box]:
    """The label's boxes that no drawn one matches, without scores, from the top and from the left.

    In the label's own order the best score comes first, which a checker is not to know.
    """
    machine, person = pack(label), pack(drawn)
    same = machine.classes[:, None] == person.classes[None, :]
    same &= iou_matrix(machine.coords, person.coords) >= SAME_OBJECT
    rest = [box for box, matched in zip(label, same.any(1), strict=True) if not matched]
    return sorted(without_scores(rest), key=_place)


def asked_about(label: Sequence[Box], drawn: Sequence[Box], wrong: Box | None) -> list[Box]:
    """What a drawing reveals, with the honeypot among it as if it were the label's."""
    revealed = unmatched(label, drawn)
    return sorted([*revealed, wrong], key=_place) if wrong else revealed


def _place(box: Box) -> tuple[float, ...]:
    return box["y1"], box["x1"], box["y2"], box["x2"], box["class_id"]


def added(
    final: Sequence[Box],
    drawn: Sequence[Box],
    revealed: Sequence[Box],
    tolerance: float = PAGE_ROUNDING,
) -> list[Box]:
    """The revealed boxes among `final`; Invalid unless the rest of it is the drawing, unchanged.

    `tolerance`: pixels by which each edge may differ.
    """
    boxes = pack(final)
    free = np.ones(len(boxes), bool)

    def take(box: Box) -> bool:
        one = pack([box])
        apart = np.abs(boxes.coords - one.coords).max(1, initial=0.0)
        apart[~free | (boxes.classes != one.classes[0])] = np.inf
        if not len(apart) or apart.min() > tolerance:
            return False
        free[apart.argmin()] = False
        return True

    for place, box in enumerate(drawn, 1):
        if not take(box):
            raise Invalid(
                f"Box {place} of the stored drawing is missing or changed. Once boxes of the label "
                "are revealed, the drawing stays as it is.",
                where="boxes",
            )
    taken = [box for box in revealed if take(box)]
    if free.any():
        raise Invalid(
            "This box was neither drawn nor revealed. Once boxes of the label are revealed, only "
            "these can be added.",
            where=f"boxes[{free.argmax()}]",
        )
    return taken

"""Honeypots: a wrong box among right suggestions tells who accepts without looking."""

import hashlib
from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import Box, iou_matrix, pack

_TRIES = 60
_CLEAR = 0.02  # overlap with a shown box from which a place is not empty
_SIZES = (0.7, 1.4)  # of the honeypot, in sides of the box it is modelled on
_NEAR = 0.5  # overlap from which a box is the honeypot one, moved or resized
_TOUCHED = 0.1  # the same where the page says that it was changed, not taken away
_GONE = ("dismissed", "left", "unseen")
_SAME = 0.051  # pages keep a tenth of a pixel: a rounded box is still the same box


def plant(boxes: Sequence[Box], width: int, height: int, seed: str) -> tuple[list[Box], int] | None:
    """The boxes with a wrong one among them, and its place; None where there is no room.

    `boxes`: what would be shown, by falling score. The honeypot one takes class, score and about
    the size of one of them, at a place that overlaps none. `seed` decides, so a repeat plants the
    same.
    """
    if not boxes:
        return None
    chance = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest()))
    model = boxes[int(chance.integers(len(boxes)))]
    taken = pack(boxes).coords
    for _ in range(_TRIES):
        sides = chance.uniform(*_SIZES, 2)
        w = min(width * 0.9, (model["x2"] - model["x1"]) * sides[0])
        h = min(height * 0.9, (model["y2"] - model["y1"]) * sides[1])
        x, y = chance.uniform(0, width - w), chance.uniform(0, height - h)
        if iou_matrix(np.array([[x, y, x + w, y + h]]), taken).max() >= _CLEAR:
            continue
        wrong: Box = {
            "class_id": model["class_id"],
            "x1": round(float(x), 4),
            "y1": round(float(y), 4),
            "x2": round(float(x + w), 4),
            "y2": round(float(y + h), 4),
        }
        if "score" in model:
            wrong["score"] = model["score"]
        place = boxes.index(model) + int(chance.integers(2))
        return [*boxes[:place], wrong, *boxes[place:]], place
    return None


def without(
    boxes: Sequence[Box], honeypot: Box, *, outcome: str | None = None, others: Sequence[Box] = ()
) -> list[Box]:
    """The boxes without the honeypot: as it was shown, moved, resized, copied, or reclassed.

    `outcome`: what the page says became of it (core.telemetry.OUTCOMES), None where nobody says.
    Where it was taken away, what lies there now was drawn anew and stays. So does a box that
    matches one of the `others`, which other people drew: a true object can lie there.
    """
    if not boxes:
        return []
    exact = [_is_same(box, honeypot) for box in boxes]
    if outcome in _GONE:
        return [box for box, same in zip(boxes, exact, strict=True) if not same]
    mine = pack(boxes)
    overlap = iou_matrix(mine.coords, pack([honeypot]).coords)[:, 0]
    wrong = overlap >= _NEAR
    if outcome == "changed" and not wrong.any() and overlap.max() >= _TOUCHED:
        wrong[overlap.argmax()] = True
    theirs = pack(others)
    seen = iou_matrix(mine.coords, theirs.coords) >= _NEAR
    true = (seen & (mine.classes[:, None] == theirs.classes[None, :])).any(1)
    gone = np.array(exact) | (wrong & ~true)
    return [box for box, out in zip(boxes, gone, strict=True) if not out]


def _is_same(box: Box, honeypot: Box) -> bool:
    edges = ("x1", "y1", "x2", "y2")
    return box["class_id"] == honeypot["class_id"] and all(
        abs(box[edge] - honeypot[edge]) < _SAME  # type: ignore[literal-required]
        for edge in edges
    )

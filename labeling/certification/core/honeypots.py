"""Honeypots of blind checks: a box known to be wrong among the revealed ones tells who says yes
without looking (docs/algorithms.md 1.9)."""

from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import Box, pack
from labeling.kernel.sampling import checked_by_honeypot, seeded_hash

_TRIES = 40
_CLEAR = 0.05  # share of either box that the overlap may cover; more, and the place is not empty
_SIZES = (0.8, 1.25)  # of the honeypot, in sides of the box it is modelled on
_SMALLER = 0.5  # sides of the later half of the tries: full pictures have small places left


def wrong_box(
    seed: str, key: str, size: tuple[int, int], label: Sequence[Box], drawn: Sequence[Box]
) -> Box | None:
    """The wrong box that is asked about in this check; None for half of the images, and where
    neither label nor drawing has a box or leaves a place.

    It has the class and about the size of a box of theirs and lies where neither has anything.
    `seed` of the audit plan, `key` of the image: hashes decide, so anyone can recompute it from a
    certificate. `size`: width and height of the picture.
    """
    boxes = [*label, *drawn]
    if not boxes or not checked_by_honeypot(key, seed):
        return None
    taken = pack(boxes).coords
    for attempt in range(_TRIES):
        which, *chances = _chances(f"honeypot:{seed}", f"{key}|{attempt}")
        model = boxes[int(which * len(boxes))]
        shrunk = 1.0 if attempt < _TRIES / 2 else _SMALLER
        wrong = _placed(model, size, shrunk, chances)
        if wrong is not None and _is_clear(wrong, taken):
            return wrong
    return None


def _chances(seed: str, key: str) -> list[float]:
    """Five numbers in [0, 1), by hash."""
    digits = seeded_hash(seed, key)
    return [int(digits[start : start + 8], 16) / 16**8 for start in range(0, 40, 8)]


def _placed(
    model: Box, size: tuple[int, int], shrunk: float, chances: Sequence[float]
) -> Box | None:
    """A box about as large as `model`, somewhere in the picture; None if it is less than a pixel
    wide or high."""
    least, most = _SIZES
    sides = [shrunk * (least + (most - least) * chance) for chance in chances[:2]]
    width = min(0.9 * size[0], (model["x2"] - model["x1"]) * sides[0])
    height = min(0.9 * size[1], (model["y2"] - model["y1"]) * sides[1])
    if min(width, height) < 1:
        return None
    x, y = chances[2] * (size[0] - width), chances[3] * (size[1] - height)
    # as boxes are stored
    return {
        "class_id": model["class_id"],
        "x1": round(x, 4),
        "y1": round(y, 4),
        "x2": round(x + width, 4),
        "y2": round(y + height, 4),
    }


def _is_clear(wrong: Box, taken: np.ndarray) -> bool:
    """Whether it covers next to nothing of any box, and none much of it."""
    one = pack([wrong]).coords
    corner = np.maximum(one[:, :2], taken[:, :2])
    inside = np.clip(np.minimum(one[:, 2:], taken[:, 2:]) - corner, 0, None).prod(1)
    smaller = np.minimum(_area(one), _area(taken))
    return bool((inside <= _CLEAR * smaller).all())


def _area(coords: np.ndarray) -> np.ndarray:
    return np.asarray((coords[:, 2:] - coords[:, :2]).prod(1))

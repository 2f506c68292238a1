"""The box set of one image: parse, pack to arrays, overlap, one-to-one matching."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np

from labeling.kernel.errors import Invalid

MAX_BOXES = 2000
EDGES = ("x1", "y1", "x2", "y2")


class Box(TypedDict):
    """One box as stored and sent: full-size pixels; `score` in [0, 1] if it is a model's."""

    class_id: int
    x1: float
    y1: float
    x2: float
    y2: float
    score: NotRequired[float]


@dataclass(frozen=True)
class BoxSet:
    """The boxes of one image as arrays, in the order given."""

    coords: np.ndarray  # (n, 4) float64: x1 y1 x2 y2 in pixels
    classes: np.ndarray  # (n,) int64
    scores: np.ndarray  # (n,) float64 in [0, 1]; 1 where none was given

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, index: np.ndarray) -> "BoxSet":
        """The boxes at `index` (integers or a mask)."""
        return BoxSet(self.coords[index], self.classes[index], self.scores[index])


def parse_boxes(
    raw: object, *, width: int, height: int, classes: Collection[int], limit: int = MAX_BOXES
) -> list[Box]:
    """The one door for boxes from outside, people's and models' alike.

    Clips what hangs over the picture by at most one pixel (rounding of screen coordinates) and
    rounds to 4 decimals. Raises Invalid, naming the box and the edge, for anything else.
    """
    if not isinstance(raw, list):
        raise Invalid("Boxes must be a list.", where="boxes")
    if len(raw) > limit:
        raise Invalid(f"{len(raw)} boxes; at most {limit} fit one image.", where="boxes")
    return [_parse_one(item, f"boxes[{i}]", width, height, classes) for i, item in enumerate(raw)]


def _parse_one(item: object, where: str, width: int, height: int, classes: Collection[int]) -> Box:
    if not isinstance(item, dict):
        raise Invalid("A box must be an object with class_id, x1, y1, x2, y2.", where=where)
    class_id = item.get("class_id")
    if type(class_id) is not int or class_id not in classes:
        raise Invalid(
            f"Class {class_id!r} is not one of this job's classes.", where=f"{where}.class_id"
        )
    x1, y1, x2, y2 = (_number(item, edge, where) for edge in EDGES)
    for edge, value, size in (
        ("x1", x1, width),
        ("y1", y1, height),
        ("x2", x2, width),
        ("y2", y2, height),
    ):
        if not -1 <= value <= size + 1:
            raise Invalid(
                f"{edge} = {value:g} lies outside the picture (0 to {size}).",
                where=f"{where}.{edge}",
            )
    x1, x2 = max(0.0, x1), min(float(width), x2)
    y1, y2 = max(0.0, y1), min(float(height), y2)
    if not (x1 < x2 and y1 < y2):
        raise Invalid("The box has no area: x1 < x2 and y1 < y2 must hold.", where=where)
    box: Box = {"class_id": class_id, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
    if "score" in item:
        score = _number(item, "score", where)
        if not 0 <= score <= 1:
            raise Invalid("A score must lie in 0 to 1.", where=f"{where}.score")
        box["score"] = score
    return box


def _number(item: dict[str, object], key: str, where: str) -> float:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid(f"{key} must be a number.", where=f"{where}.{key}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid(f"{key} must be a finite number.", where=f"{where}.{key}")
    return round(number, 4)


def pack(boxes: Sequence[Box]) -> BoxSet:
    """Stored boxes as arrays."""
    coords = np.array([[b["x1"], b["y1"], b["x2"], b["y2"]] for b in boxes], float)
    return BoxSet(
        coords.reshape(-1, 4),
        np.array([box["class_id"] for box in boxes], np.int64),
        np.array([box.get("score", 1.0) for box in boxes], float),
    )


def unpack(boxes: BoxSet, *, scored: bool = True) -> list[Box]:
    """Arrays as stored boxes, rounded to 4 decimals."""
    rows: list[Box] = []
    for (x1, y1, x2, y2), class_id, score in zip(
        np.round(boxes.coords, 4).tolist(),
        boxes.classes.tolist(),
        boxes.scores.tolist(),
        strict=True,
    ):
        row: Box = {"class_id": class_id, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
        if scored:
            row["score"] = round(score, 4)
        rows.append(row)
    return rows


def without_scores(boxes: Iterable[Box]) -> list[Box]:
    """The same boxes as a person's: no model score."""
    return [
        {"class_id": b["class_id"], "x1": b["x1"], "y1": b["y1"], "x2": b["x2"], "y2": b["y2"]}
        for b in boxes
    ]


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Overlap of every box of `a` with every box of `b`.

    `a`: (n, 4), `b`: (m, 4), x1 y1 x2 y2 in pixels, positive area.
    Returns (n, m) float64 in [0, 1].
    """
    left = np.maximum(a[:, None, :2], b[None, :, :2])
    right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(right - left, 0, None).prod(2)
    area_a = (a[:, 2:] - a[:, :2]).prod(1)
    area_b = (b[:, 2:] - b[:, :2]).prod(1)
    union = area_a[:, None] + area_b[None, :] - inter
    return np.asarray(inter / np.maximum(union, 1e-12))


def assign(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, each once at most, whose total in `gain` (n, m) is the largest."""
    from scipy.optimize import linear_sum_assignment  # loading it takes longer than most commands

    rows, columns = linear_sum_assignment(gain, maximize=True)
    return rows, columns


def match(
    a: BoxSet, b: BoxSet, *, floor: float = 0.5, same_class: bool = True
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One-to-one pairs with the largest total IoU; pairs below `floor` are not allowed.

    Returns (rows of `a`, rows of `b`, their IoU), each (k,).
    """
    iou = iou_matrix(a.coords, b.coords)
    allowed = iou >= floor
    if same_class:
        allowed &= a.classes[:, None] == b.classes[None, :]
    rows, cols = assign(np.where(allowed, iou, 0.0))
    kept = allowed[rows, cols]
    rows, cols = rows[kept], cols[kept]
    return rows, cols, iou[rows, cols]

"""What is odd about one label, for a reviewer who looks at many: a word beside its suspicion."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import LabelDetail

LOW_SCORE = 0.5
EDGE_PIXELS = 1.0
ODD_FACTOR = 8.0  # so many times larger or smaller than the class's usual box
CROWD_FACTOR = 3.0
SPLIT = 0.15  # spread of an edge, relative to the box's side, that an eye sees


@dataclass(frozen=True)
class Usual:
    """What labels of a job usually look like."""

    boxes: float  # median number an image
    area: dict[int, float]  # class → median share of the image


def usual(labels: Sequence[tuple[list[Box], int, int]]) -> Usual:
    """From (boxes, width, height) of a sample of labels."""
    shares: dict[int, list[float]] = {}
    for boxes, width, height in labels:
        for box in boxes:
            shares.setdefault(box["class_id"], []).append(_area(box) / (width * height))
    number = median(len(boxes) for boxes, _, _ in labels) if labels else 0.0
    return Usual(float(number), {kind: median(values) for kind, values in shares.items()})


def main_reason(
    boxes: Sequence[Box], size: tuple[int, int], norm: Usual, detail: LabelDetail
) -> str:
    """The first thing to look for, in two or three words; empty where nothing is odd.

    `detail` is a people's label's own: votes, agreement, spread. Checks come in the order in
    which they explain errors best: a score, then people, then shapes.
    """
    scores = [box["score"] for box in boxes if "score" in box]
    if scores and min(scores) < LOW_SCORE:
        return "low score"
    if found := _people(detail):
        return found
    if not boxes:
        return "nothing found"
    if len(boxes) > max(3.0, CROWD_FACTOR * norm.boxes):
        return "crowded"
    if any(_odd_size(box, size, norm) for box in boxes):
        return "odd box size"
    if any(_touches(box, size) for box in boxes):
        return "edge of image"
    return ""


def _people(detail: LabelDetail) -> str:
    people = len(detail.get("agreement", ()))  # one number for each person who answered
    if any(v < people for v in detail.get("votes", ())):
        return "not seen by all"
    if any(s > SPLIT for s in detail.get("spread", ())):
        return "edges differ"
    return ""


def _area(box: Box) -> float:
    return (box["x2"] - box["x1"]) * (box["y2"] - box["y1"])


def _odd_size(box: Box, size: tuple[int, int], norm: Usual) -> bool:
    common = norm.area.get(box["class_id"], 0.0)
    if not common:
        return False
    ratio = _area(box) / (size[0] * size[1]) / common
    return ratio > ODD_FACTOR or ratio < 1 / ODD_FACTOR


def _touches(box: Box, size: tuple[int, int]) -> bool:
    return (
        box["x1"] <= EDGE_PIXELS
        or box["y1"] <= EDGE_PIXELS
        or box["x2"] >= size[0] - EDGE_PIXELS
        or box["y2"] >= size[1] - EDGE_PIXELS
    )

"""What a detector saw in one image under several views, and what its boxes tell of each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet, iou_matrix, match

FEATURES = 18  # of a box
_SAME = 0.5  # IoU from which boxes of two views are the same object, as in quality
_FAINT = 0.1  # boxes of other views below this score are no candidates of their own
_INSIDE = 0.8  # share of a box's area within a larger one from which it may be a part of it
_SMALLER = 0.7  # of the larger one's area, at most; above, it is the same box drawn loosely
_EDGE = 2.0  # pixels


@dataclass(frozen=True)
class ImagePredictions:
    """One image as a detector saw it; all boxes in pixels of the file."""

    key: str  # stable name of the image
    size: tuple[int, int]  # width and height
    boxes: BoxSet  # plain view, faint boxes included
    views: Mapping[str, BoxSet]  # other views by name, the same names for all images


def agreement(boxes: BoxSet, other: BoxSet) -> float:
    """How far two looks at one image agree, in [0, 1]: sum of matched IoU / (n + m - matches).

    1 where both are empty (docs/algorithms.md 2.1).
    """
    if not len(boxes) and not len(other):
        return 1.0
    _, _, iou = match(boxes, other)
    return float(iou.sum() / (len(boxes) + len(other) - len(iou)))


def candidates(predicted: ImagePredictions) -> BoxSet:
    """The boxes of the plain view, then those that only other views show, with score 0.

    An object that comes and goes with the view may be a miss, so it has to be counted somewhere.
    """
    found = predicted.boxes
    for view in predicted.views.values():
        order = np.argsort(-view.scores, kind="stable")
        seen = view.take(order[view.scores[order] >= _FAINT])
        fresh = seen.take(np.flatnonzero((_overlaps(seen, found) < _SAME).all(1)))
        same = _overlaps(fresh, fresh) >= _SAME
        kept: list[int] = []
        for row in range(len(fresh)):
            if not same[row, kept].any():
                kept.append(row)
        found = BoxSet(
            np.concatenate([found.coords, fresh.coords[kept]]),
            np.concatenate([found.classes, fresh.classes[kept]]),
            np.concatenate([found.scores, np.zeros(len(kept))]),
        )
    return found


def average_edges(boxes: BoxSet, views: Mapping[str, BoxSet]) -> BoxSet:
    """The boxes with their edges averaged over all views that show them, weighted by score.

    Scores stay those of the plain view. On held-out birds and fish this made the boxes' mean IoU
    .006 and .015 better (benchmarks.confidence, development halves).
    """
    total, weight = boxes.coords * boxes.scores[:, None], boxes.scores.copy()
    for view in views.values():
        there, scores, rows = _best(boxes, view)
        total[there > 0] += view.coords[rows[there > 0]] * scores[there > 0, None]
        weight += scores
    return BoxSet(total / np.maximum(weight, 1e-12)[:, None], boxes.classes, boxes.scores)


def _best(boxes: BoxSet, view: BoxSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each box in a view: IoU and score of what overlaps it most there, both 0 where nothing
    does, and its row; each (n,)."""
    if not len(view):
        return np.zeros(len(boxes)), np.zeros(len(boxes)), np.zeros(len(boxes), int)
    iou = _overlaps(boxes, view)
    rows = iou.argmax(1)
    there = iou.max(1)
    same = there >= _SAME
    return np.where(same, there, 0), np.where(same, view.scores[rows], 0), rows


def box_features(boxes: BoxSet, predicted: ImagePredictions) -> np.ndarray:
    """(n, 18) float64: what tells whether each of the image's candidates is an object.

    Score; mean, least and largest score in the other views; mean and least IoU with them; mean
    score over all looks; overlap with a surer box of any class; the same with less sure ones times
    their score; sum of the scores of smaller boxes inside (two birds in one box show as two faint
    ones); largest score of a larger box around; whether it touches the picture's edge; log of its
    share of the picture, the same squared, and how far its shape is from a square; squares of
    score, mean score and mean IoU in the other views.
    """
    n, views = len(boxes), list(predicted.views.values())
    if not n:
        return np.zeros((0, FEATURES))
    scores, overlap = np.zeros((len(views), n)), np.zeros((len(views), n))
    for i, view in enumerate(views):
        overlap[i], scores[i], _ = _best(boxes, view)
    own, coords = boxes.scores, boxes.coords
    iou = iou_matrix(coords, coords)
    np.fill_diagonal(iou, 0)
    surer = own[None] > own[:, None]
    part = _parts(coords)
    edge = (coords[:, :2] < _EDGE).any(1) | (coords[:, 2:] > np.array(predicted.size) - _EDGE).any(
        1
    )
    sides = coords[:, 2:] - coords[:, :2]
    size = np.log(sides.prod(1) / (predicted.size[0] * predicted.size[1]))
    shape = np.abs(np.log(sides[:, 0] / sides[:, 1]))
    seen, same = scores.mean(0), overlap.mean(0)
    return np.stack(
        [
            own,
            seen,
            scores.min(0),
            scores.max(0),
            same,
            overlap.min(0),
            np.concatenate([own[None], scores]).mean(0),
            (iou * surer).max(1),
            (iou * ~surer * own[None]).max(1),
            (part * own[None]).sum(1),
            (part.T * own[None]).max(1),
            edge.astype(float),
            size,
            size**2,
            shape,
            own**2,
            seen**2,
            same**2,
        ],
        1,
    )


def _overlaps(boxes: BoxSet, others: BoxSet) -> np.ndarray:
    """(n, m) IoU, 0 between classes."""
    iou = iou_matrix(boxes.coords, others.coords)
    return np.where(boxes.classes[:, None] == others.classes[None], iou, 0)


def _parts(coords: np.ndarray) -> np.ndarray:
    """(n, n) whether the second box lies within the first and is clearly smaller."""
    low = np.maximum(coords[:, None, :2], coords[None, :, :2])
    high = np.minimum(coords[:, None, 2:], coords[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area = (coords[:, 2:] - coords[:, :2]).prod(1)
    return np.asarray((shared > _INSIDE * area[None]) & (area[None] < _SMALLER * area[:, None]))

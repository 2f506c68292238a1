"""A box's expected IoU from its score, calibrated per class; and errors of calibration.

Isotonic on (score, IoU if matched else 0), per class with enough boxes, else pooled
(docs/algorithms.md 2.3; Kuzucu et al., ECCV 2024, arXiv 2405.20459).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet, iou_matrix
from labeling.kernel.json_shapes import StoredBoxScores
from mlassist.prediction.core.isotonic import isotonic

LEAST_BOXES = 50  # of a class; below, its scores are read by the pooled curve
BINS = 25  # of the errors of calibration, as in the paper
_FLOOR = 0.5  # IoU from which a box counts as found, as in labeling.kernel.quality


def hits(boxes: BoxSet, truth: BoxSet) -> np.ndarray:
    """(n,) IoU of each box with the true box it finds, 0 where it finds none.

    By falling score each box takes the free true box of its class with the largest IoU >= .5: what
    a faint box finds must not be taken from a sure one.
    """
    found = np.zeros(len(boxes))
    if not len(truth):
        return found
    iou = iou_matrix(boxes.coords, truth.coords)
    iou[boxes.classes[:, None] != truth.classes[None, :]] = 0
    for row in np.argsort(-boxes.scores, kind="stable"):
        best = int(iou[row].argmax())
        if iou[row, best] >= _FLOOR:
            found[row] = iou[row, best]
            iou[:, best] = 0
    return found


@dataclass(frozen=True)
class Curve:
    """A rising function of the score, linear between its points and level beyond them."""

    scores: np.ndarray  # (k,) rising
    expected_iou: np.ndarray  # (k,) rising, in [0, 1]

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """(n,) scores -> (n,) expected IoU."""
        return np.asarray(np.interp(scores, self.scores, self.expected_iou))


def fit_curve(scores: np.ndarray, expected_iou: np.ndarray) -> Curve:
    """The isotonic fit of `expected_iou` (n,) on `scores` (n,), n >= 1, kept by its corners."""
    fitted = isotonic(scores, expected_iou)
    places, first = np.unique(scores, return_index=True)
    levels = fitted[first]
    # Between the two ends of a level stretch nothing is kept: a line through them says the same.
    inner = (levels[1:-1] == levels[:-2]) & (levels[1:-1] == levels[2:])
    corner = np.concatenate([[True], ~inner, [True]])[: len(levels)]
    return Curve(places[corner], levels[corner])


@dataclass(frozen=True)
class BoxScores:
    """How a detector's box scores are to be read."""

    pooled: Curve
    by_class: Mapping[int, Curve]
    overlap: float  # mean IoU of the boxes that found something, in (0, 1]

    def expected_iou(self, boxes: BoxSet) -> np.ndarray:
        """(n,) expected IoU with the truth, 0 where nothing is there, in [0, 1]."""
        values = self.pooled(boxes.scores)
        for class_id, curve in self.by_class.items():
            mine = boxes.classes == class_id
            values[mine] = curve(boxes.scores[mine])
        return values

    def chance(self, boxes: BoxSet) -> np.ndarray:
        """(n,) chance that the box finds an object, in [0, 1]."""
        return np.asarray(np.minimum(1.0, self.expected_iou(boxes) / self.overlap))

    def read(self, boxes: BoxSet) -> BoxSet:
        """The same boxes, each with its chance for a score."""
        return BoxSet(boxes.coords, boxes.classes, self.chance(boxes))

    def to_json(self) -> StoredBoxScores:
        """Plain lists, four digits."""
        curves = {"": self.pooled, **{str(c): curve for c, curve in self.by_class.items()}}
        return {
            "overlap": round(self.overlap, 4),
            "curves": {
                name: (np.round(c.scores, 4).tolist(), np.round(c.expected_iou, 4).tolist())
                for name, c in curves.items()
            },
        }

    @classmethod
    def from_json(cls, document: StoredBoxScores) -> "BoxScores":
        """What to_json gave."""
        curves = {
            name: Curve(np.array(scores, float), np.array(expected_iou, float))
            for name, (scores, expected_iou) in document["curves"].items()
        }
        pooled = curves.pop("")
        return cls(pooled, {int(c): curve for c, curve in curves.items()}, document["overlap"])


AS_THEY_ARE = BoxScores(Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0])), {}, 1.0)


def fit_scores(predictions: Sequence[BoxSet], truths: Sequence[BoxSet]) -> BoxScores:
    """Read scores from calibration images; AS_THEY_ARE where these have no predicted box."""
    found = [hits(p, t) for p, t in zip(predictions, truths, strict=True)]
    scores = np.concatenate([p.scores for p in predictions] or [np.zeros(0)])
    if not len(scores):
        return AS_THEY_ARE
    classes = np.concatenate([p.classes for p in predictions])
    expected_iou = np.concatenate(found)
    by_class = {
        int(c): fit_curve(scores[classes == c], expected_iou[classes == c])
        for c, count in zip(*np.unique(classes, return_counts=True), strict=True)
        if count >= LEAST_BOXES
    }
    overlap = float(expected_iou[expected_iou > 0].mean()) if (expected_iou > 0).any() else 1.0
    return BoxScores(fit_curve(scores, expected_iou), by_class, overlap)


def calibration_error(values: np.ndarray, expected_iou: np.ndarray) -> float:
    """Mean |values - expected_iou| over BINS equal bins of the values, weighted by boxes.

    D-ECE where `expected_iou` is 1 for a box that finds an object and 0 for another; LaECE of one
    class where it is the IoU found, else 0 (arXiv 2405.20459). 0 without boxes.
    """
    if not len(values):
        return 0.0
    place = np.minimum((values * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, weights=values - expected_iou, minlength=BINS)
    return float(np.abs(gaps).sum() / len(values))

"""From which score a box counts: one threshold for all classes, one for each frequent class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.kernel.boxes import Box, BoxSet
from labeling.kernel.quality import quality

# True boxes of a class from which it has a threshold of its own. With 50 boxes six defects of
# circuit boards lost .001 of quality (development half), with 200 nothing changed on three sets.
LEAST_TRUE = 200
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))  # .05 to .95
# Mean qualities closer than this are the same within noise (docs/algorithms.md 2.4).
_PLATEAU = 0.01


@dataclass(frozen=True)
class ScoreThresholds:
    """Scores from which boxes count."""

    pooled: float
    by_class: Mapping[int, float] = field(default_factory=dict)

    def of(self, class_id: int) -> float:
        """The threshold of one class."""
        return self.by_class.get(class_id, self.pooled)

    def counts(self, boxes: BoxSet) -> np.ndarray:
        """(n,) bool: which boxes count."""
        return np.asarray(boxes.scores >= [self.of(int(c)) for c in boxes.classes], bool)

    def kept(self, boxes: BoxSet) -> BoxSet:
        """The boxes that count."""
        return boxes.take(self.counts(boxes))

    def stored(self, boxes: Sequence[Box]) -> list[Box]:
        """The stored boxes that count."""
        return [box for box in boxes if box["score"] >= self.of(box["class_id"])]

    def to_json(self) -> dict[str, float]:
        """By class id as text, the pooled one under ""."""
        return {"": self.pooled, **{str(c): threshold for c, threshold in self.by_class.items()}}

    @classmethod
    def from_json(cls, document: Mapping[str, float]) -> "ScoreThresholds":
        """What to_json gave."""
        return cls(document[""], {int(c): threshold for c, threshold in document.items() if c})


def quality_by_threshold(
    predictions: Sequence[BoxSet],
    truths: Sequence[BoxSet],
    thresholds: ScoreThresholds,
    class_id: int | None = None,
) -> np.ndarray:
    """(19,) mean quality with each of THRESHOLDS for all classes, or for one while the others
    keep `thresholds`.
    """
    means = np.zeros(len(THRESHOLDS))
    for predicted, truth in zip(predictions, truths, strict=True):
        chosen = np.ones(len(predicted), bool)
        if class_id is not None:
            chosen = predicted.classes == class_id
        others = thresholds.counts(predicted) & ~chosen
        # Most thresholds leave the same boxes: only a new set of boxes is matched anew.
        before, value = -1, 0.0
        for place, threshold in enumerate(THRESHOLDS):
            counts = others | (chosen & (predicted.scores >= threshold))
            if (number := int(counts.sum())) != before:
                before, value = number, quality(predicted.take(counts), truth)
            means[place] += value
    return means / len(predictions)


def choose_score_thresholds(
    predictions: Sequence[BoxSet], truths: Sequence[BoxSet]
) -> ScoreThresholds:
    """The thresholds with the best mean quality of the images, each the middle of its plateau.

    First one for all classes; then one for each class with at least LEAST_TRUE true boxes, the
    others held, since more freedom than that would follow the noise. Needs at least one image.
    """
    pooled = _middle(quality_by_threshold(predictions, truths, ScoreThresholds(0.0)))
    counted = np.unique(np.concatenate([t.classes for t in truths]), return_counts=True)
    enough = [int(c) for c, n in zip(*counted, strict=True) if n >= LEAST_TRUE]
    if len(counted[0]) < 2:
        return ScoreThresholds(pooled)
    held = ScoreThresholds(pooled)
    return ScoreThresholds(
        pooled, {c: _middle(quality_by_threshold(predictions, truths, held, c)) for c in enough}
    )


def _middle(means: np.ndarray) -> float:
    """The middle of the unbroken run of thresholds around the best one that are at most .01 worse;
    the very best is noise.
    """
    good = means >= means.max() - _PLATEAU
    low = high = int(means.argmax())
    while low > 0 and good[low - 1]:
        low -= 1
    while high + 1 < len(THRESHOLDS) and good[high + 1]:
        high += 1
    return round((THRESHOLDS[low] + THRESHOLDS[high]) / 2, 3)

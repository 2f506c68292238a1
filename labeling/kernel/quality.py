"""Quality of one box set against another (docs/algorithms.md 3)."""

from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet, iou_matrix, match


@dataclass(frozen=True)
class Comparison:
    """What matched between predicted and true boxes of one image at IoU >= 0.5, class by class."""

    matched_iou: float  # sum of IoU over the matched pairs
    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def objects(self) -> int:
        """TP + FP + FN: what either side shows."""
        return self.true_positives + self.false_positives + self.false_negatives

    @property
    def quality(self) -> float:
        """Sum of matched IoU / objects, in [0, 1]; 1 where both sides are empty."""
        return self.matched_iou / self.objects if self.objects else 1.0

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN), in [0, 1]; 1 where both sides are empty."""
        errors = self.false_positives + self.false_negatives
        total = 2 * self.true_positives + errors
        return 2 * self.true_positives / total if total else 1.0

    @property
    def defect_free(self) -> bool:
        """Nothing missed, nothing extra."""
        return not (self.false_positives or self.false_negatives)


def compare(predicted: BoxSet, truth: BoxSet, *, floor: float = 0.5) -> Comparison:
    """Match the two sides one to one with the largest total IoU, micro over classes.

    Boxes under one pixel on a side are dropped from both sides first.
    """
    predicted, truth = _solid(predicted), _solid(truth)
    rows, _, iou = match(predicted, truth, floor=floor)
    pairs = len(rows)
    return Comparison(
        float(iou.sum()),
        pairs,
        len(predicted) - pairs,
        len(truth) - pairs,
    )


def quality(predicted: BoxSet, truth: BoxSet) -> float:
    """Quality of one image in [0, 1]; see Comparison.quality."""
    return compare(predicted, truth).quality


def tutorial_miou(predicted: BoxSet, truth: BoxSet) -> float:
    """The published tutorial's mIoU of one image, for comparison only (docs/algorithms.md 8.3).

    Predictions in score order take the free truth box of largest IoU > 0; class is ignored and
    any overlap counts, which is why the product does not use it.
    """
    if not len(predicted) and not len(truth):
        return 1.0
    free = np.ones(len(truth), bool)
    iou = iou_matrix(predicted.coords, truth.coords)
    total = 0.0
    for row in np.argsort(-predicted.scores, kind="stable"):
        candidates = np.where(free, iou[row], 0.0) if len(truth) else np.zeros(1)
        best = int(candidates.argmax())
        if candidates[best] > 0:
            free[best] = False
            total += float(candidates[best])
    return total / (len(predicted) + int(free.sum()))


def _solid(boxes: BoxSet) -> BoxSet:
    sides = boxes.coords[:, 2:] - boxes.coords[:, :2]
    return boxes.take((sides >= 1).all(1))

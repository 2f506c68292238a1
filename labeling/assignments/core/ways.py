"""Whether work on shown boxes is as good as blind work, class by class."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import quality

TOLERATED = 0.05  # a larger difference ends the showing of a class (docs/algorithms.md 7.2)
LEAST = 10  # images of a class before anything is concluded
_ONE_SIDED = 1.645  # 95 %


@dataclass(frozen=True)
class Control:
    """One image that people labelled both ways, or only blind."""

    shown: tuple[BoxSet, ...]  # answers of those who saw the model's boxes
    blank: tuple[BoxSet, ...]  # answers of those who did not


@dataclass(frozen=True)
class Comparison:
    """How one class fares both ways; qualities in [0, 1]."""

    class_id: int
    images: int  # images with the class that were labelled both ways
    corrected: float  # mean quality of corrected answers against those blind
    blank: float | None  # of blind answers against each other; None: too few of them
    lower: float | None  # one-sided 95 % lower limit of blank - corrected

    @property
    def falls_back(self) -> bool:
        """Whether people should draw the class without seeing boxes of it.

        The difference must exceed TOLERATED and not be chance: of sound classes at most one in
        twenty is taken for harmed at a look.
        """
        if self.blank is None or self.lower is None:
            return False
        return self.blank - self.corrected > TOLERATED and self.lower > 0


def compare_ways(images: Sequence[Control], class_ids: Sequence[int]) -> list[Comparison]:
    """One Comparison for each class that some image labelled both ways holds.

    People differ among themselves, too, so corrected work is measured against what two people
    who both draw blind make of the same images; where an image has one such answer only
    (two people in the job), against images that several drew blind.
    """
    found = (_compare(images, class_id) for class_id in class_ids)
    return [comparison for comparison in found if comparison is not None]


def _compare(images: Sequence[Control], class_id: int) -> Comparison | None:
    corrected: list[float] = []
    both: list[tuple[float, float]] = []  # corrected, blank of one image
    elsewhere: list[float] = []
    for image in images:
        shown = [_only(boxes, class_id) for boxes in image.shown]
        blank = [_only(boxes, class_id) for boxes in image.blank]
        if not any(len(boxes) for boxes in (*shown, *blank)):
            continue
        pairs = [quality(a, b) for i, a in enumerate(blank) for b in blank[i + 1 :]]
        across = [quality(a, b) for a in shown for b in blank]
        if across:
            corrected.append(float(np.mean(across)))
            if pairs:
                both.append((corrected[-1], float(np.mean(pairs))))
        elif pairs:
            elsewhere.append(float(np.mean(pairs)))
    if not corrected:
        return None
    if len(both) >= LEAST:
        own, others = np.array(both).T
        return Comparison(
            class_id,
            len(both),
            float(own.mean()),
            float(others.mean()),
            _lower(float((others - own).mean()), _square_error(others - own)),
        )
    mean = float(np.mean(corrected))
    if min(len(corrected), len(elsewhere)) < LEAST:
        return Comparison(class_id, len(corrected), mean, None, None)
    other = float(np.mean(elsewhere))
    square_error = _square_error(np.array(corrected)) + _square_error(np.array(elsewhere))
    return Comparison(class_id, len(corrected), mean, other, _lower(other - mean, square_error))


def _only(boxes: BoxSet, class_id: int) -> BoxSet:
    return boxes.take(boxes.classes == class_id)


def _square_error(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) / len(values)


def _lower(difference: float, square_error: float) -> float:
    return difference - _ONE_SIDED * math.sqrt(square_error)

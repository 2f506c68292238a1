"""How one person's blind drawing differs from what is there, from images that two people drew."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import compare

LEAST_IMAGES = 10  # images that two people drew, before their noise is believed


@dataclass(frozen=True)
class AnnotatorNoise:
    """How one person's blind drawing differs from what is there."""

    sensitivity: float  # chance that an object is marked, in (0, 1]
    shift: float  # share of its side by which a drawn box is off the object's, in [0, 1/3]
    images: int  # that two people drew

    @classmethod
    def between(cls, pairs: Sequence[tuple[BoxSet, BoxSet]]) -> Self | None:
        """From images that two people drew blind; None where they are too few to tell.

        With chance s each to mark an object, both do in s / (2 - s) of what either marked; shifts
        of two people add in squares, so each box is off by 1 / sqrt 2 of what the two differ by.
        """
        found = [compare(a, b) for a, b in pairs]
        both = sum(one.true_positives for one in found)
        if len(found) < LEAST_IMAGES or not both:
            return None
        agreed = both / sum(one.objects for one in found)
        overlap = sum(one.matched_iou for one in found) / both
        shift = (1 - overlap) / (1 + overlap)
        return cls(2 * agreed / (1 + agreed), shift / math.sqrt(2), len(found))

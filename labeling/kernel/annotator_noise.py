"""How one person's blind drawing differs from what is there, from images that two people drew."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from labeling.kernel.boxes import BoxSet
from labeling.kernel.certificate_shapes import Noise
from labeling.kernel.quality import compare

LEAST_IMAGES = 10  # images that two people drew, before their noise is believed


@dataclass(frozen=True)
class AnnotatorNoise:
    """How one person's blind drawing differs from what is there."""

    sensitivity: float = 1.0  # chance that an object is marked, in (0, 1]
    shift: float = 0.0  # how far a drawn box is off the object's (shift_of), in [0, 1/3]
    images: int = 0  # that two people drew; 0: not measured, taken for perfect

    @classmethod
    def between(cls, pairs: Sequence[tuple[BoxSet, BoxSet]]) -> Self:
        """From images that two people drew blind; perfect where they are too few to tell.

        With chance s each to mark an object, both do in s / (2 - s) of what either marked; shifts
        of two people add in squares, so each box is off by 1 / sqrt 2 of what the two differ by.
        """
        found = [compare(a, b) for a, b in pairs]
        both = sum(one.true_positives for one in found)
        if len(found) < LEAST_IMAGES or not both:
            return cls()
        agreed = both / sum(one.objects for one in found)
        overlap = sum(one.matched_iou for one in found) / both
        return cls(2 * agreed / (1 + agreed), shift_of(overlap) / math.sqrt(2), len(found))

    def to_json(self) -> Noise:
        """Rounded, as a certificate keeps it."""
        return {
            "sensitivity": round(self.sensitivity, 4),
            "shift": round(self.shift, 4),
            "images": self.images,
        }

    @classmethod
    def from_json(cls, document: Noise) -> Self:
        """What to_json gave."""
        return cls(document["sensitivity"], document["shift"], document["images"])


def shift_of(overlap: float) -> float:
    """The share of its side by which a box is shifted whose IoU with the other is `overlap`."""
    return (1 - overlap) / (1 + overlap)

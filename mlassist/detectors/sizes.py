"""What a job's boxes say of the network that can find them: canvas side, anchors, proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypedDict

import numpy as np

from labeling.kernel.boxes import BoxSet

SIDES = (224, 256, 320, 384, 448, 512, 640, 800)  # pixels: roots of canvas areas
PROPOSALS = 50  # what an image with few objects needs
_MOST_PROPOSALS = 200


class StoredSizes(TypedDict):
    """Sizes as JSON."""

    anchors: list[list[int]]
    proposals: int


@dataclass(frozen=True)
class Sizes:
    """What a network of our own is told of the objects of a job; published ones keep theirs."""

    anchors: tuple[tuple[int, ...], ...] = ()  # canvas pixels per level, finest first; (): usual
    proposals: int = PROPOSALS  # places that are looked at closely in each picture

    def to_json(self) -> StoredSizes:
        """Plain numbers."""
        return {"anchors": [list(level) for level in self.anchors], "proposals": self.proposals}

    @classmethod
    def from_json(cls, document: StoredSizes) -> Self:
        """What to_json gave; raises KeyError or TypeError for anything else."""
        anchors = tuple(tuple(int(side) for side in level) for level in document["anchors"])
        return cls(anchors, int(document["proposals"]))


USUAL = Sizes()


def relative_sides(boxes: Sequence[BoxSet], sizes: Sequence[tuple[int, int]]) -> np.ndarray:
    """(n,) side of every box as a share of its picture's, both as squares of the same area."""
    shares = [
        np.sqrt((found.coords[:, 2:] - found.coords[:, :2]).prod(1) / (width * height))
        for found, (width, height) in zip(boxes, sizes, strict=True)
    ]
    return np.concatenate(shares) if shares else np.zeros(0)


def side_for(sides: np.ndarray, usual: int, pixels: float, most: int = SIDES[-1]) -> int:
    """The smallest canvas side on which nine of ten boxes measure `pixels` or more.

    `sides`: relative_sides, in (0, 1]. Never under `usual`, never over `most`.
    """
    if not len(sides):
        return usual
    wanted = pixels / float(np.quantile(sides, 0.1))
    return next((side for side in SIDES if usual <= side <= most and side >= wanted), most)


def anchors_for(sides: np.ndarray, canvas_side: int, levels: int) -> tuple[tuple[int, ...], ...]:
    """Two anchor sides for each level, in canvas pixels: quantiles of the boxes, finest first."""
    shares = (np.arange(2 * levels) + 0.5) / (2 * levels)
    found = np.quantile(sides * canvas_side, shares)
    rounded = [max(4, round(float(side))) for side in found]
    return tuple((rounded[2 * k], rounded[2 * k + 1]) for k in range(levels))


def proposals_for(boxes: Sequence[BoxSet]) -> int:
    """Four for each object of a crowded picture (the 95th percentile), 50 to 200."""
    if not boxes:
        return PROPOSALS
    crowded = float(np.quantile([len(found) for found in boxes], 0.95))
    return int(min(_MOST_PROPOSALS, max(PROPOSALS, round(4 * crowded))))

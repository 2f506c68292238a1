"""Chooses a detector for a job: design, canvas, anchors, and a sentence that says why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from mlassist.detectors.designs import MOBILENET_V2, MOBILENET_V3, RESNET50, SMALL, TITLES, named
from mlassist.detectors.sizes import (
    PROPOSALS,
    Sizes,
    anchors_for,
    proposals_for,
    relative_sides,
    side_for,
)

PIXELS = 24.0  # nine of ten boxes should measure this much; benchmarks.recipes
MOST_SIDE = {"cpu": 512, "cuda": 800}  # a step's time grows with the square of the side
WITH_START = "As the detector it begins from."  # instead of a choice
# What goes before what where several have their weights (docs/algorithms.md 6.1).
BEST_FIRST = {
    "cpu": (MOBILENET_V3, MOBILENET_V2),
    "cuda": (RESNET50, MOBILENET_V3, MOBILENET_V2),
}


@dataclass(frozen=True)
class Plan:
    """How the detector of a job is set up."""

    design: str  # name in mlassist.detectors.designs
    side: int  # of the canvas, in pixels
    sizes: Sizes
    why: str  # for the admin


def choose(
    wanted: str,
    had: Collection[str],
    device: str,
    boxes: Sequence[BoxSet],
    pictures: Sequence[tuple[int, int]],
    asked: str = "It was asked for.",
) -> Plan:
    """The plan for training pictures with these boxes.

    `wanted`: a design, or "auto". `had`: designs whose pretrained weights are at hand. `device`:
    "cpu" or "cuda". `boxes` in pixels of `pictures` (width and height), one for one. `asked`: why
    it is wanted, if not "auto". Raises Invalid for a design that is unknown, or whose weights are
    not at hand and that cannot do without.
    """
    name, reason = _design(wanted, had, device, asked)
    design = named(name)
    shares = relative_sides(boxes, pictures)
    most = MOST_SIDE[device]
    side = side_for(shares, design.side, PIXELS, max(most, design.side))
    small = side > design.side
    sizes = Sizes(
        anchors_for(shares, side, design.levels) if small and design.levels else (),
        proposals_for(boxes) if design.levels else PROPOSALS,
    )
    return Plan(name, side, sizes, f"{reason} {_about(shares, side, sizes, small, most)}")


def _design(wanted: str, had: Collection[str], device: str, asked: str) -> tuple[str, str]:
    if wanted != "auto":
        named(wanted)
        if wanted not in had and wanted not in (SMALL, MOBILENET_V2):
            raise Invalid(
                f"{TITLES[wanted]} needs its published weights, and this machine has "
                f"{', '.join(had) or 'none'}. Let the program choose, or set MLASSIST_WEIGHTS.",
                where="detector",
            )
        return wanted, f"{TITLES[wanted]}. {asked}"
    where = "a machine with a GPU" if device == "cuda" else "training on a CPU"
    best = next((name for name in BEST_FIRST[device] if name in had), None)
    if best is not None:
        return best, f"{TITLES[best]}. The best at hand for {where}."
    other = next((name for name in TITLES if name in had), None)
    if other is not None:
        return other, f"{TITLES[other]}. Its weights are the only ones at hand."
    return SMALL, f"{TITLES[SMALL]}. There are no pretrained weights at hand."


def _about(shares: np.ndarray, side: int, sizes: Sizes, small: bool, most: int) -> str:
    if not small:
        return f"Canvas of {side} pixels: the usual one."
    tenth = float(np.quantile(shares, 0.1))
    told = (
        f"Canvas of {side} pixels: one object in ten is smaller than {tenth:.1%} of the picture's "
        f"side, {tenth * side:.0f} pixels on it"
    )
    told += " (more would be too slow here)." if side == most else "."
    if sizes.anchors:
        told += f" Anchors of {sizes.anchors[0][0]} to {sizes.anchors[-1][-1]} pixels."
    return told

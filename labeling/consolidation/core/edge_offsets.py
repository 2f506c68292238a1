"""How people's edges lie off those that reviewers draw: one offset for all people, learned from
images that a reviewer corrected (docs/algorithms.md 4.1)."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from labeling.consolidation.core.edges import sides
from labeling.consolidation.core.grouping import Merged
from labeling.kernel.boxes import BoxSet, match

SAME_OBJECT = 0.5  # IoU
LEAST_BOXES = 15  # pairs; fewer teach nothing
DEGREES, ITERATIONS = 4.0, 10  # of the robust mean: some boxes were redrawn for other reasons
NO_OFFSET = np.zeros(4)


def learn_offset(corrected: Iterable[tuple[BoxSet, np.ndarray, BoxSet]]) -> np.ndarray:
    """(4,) how far to move left, top, right and bottom edges, in shares of width and height.

    `corrected`: an image's merged boxes, the offset (4,) they were moved by already, and the
    reviewer's boxes. A box that the reviewer left as it was counts: it was found right. The
    mean is that of a Student-t, drawn to zero as far as its error is as large as itself
    (positive-part James-Stein, edge by edge).
    """
    found = [_pairs(*one) for one in corrected]
    offsets = np.concatenate(found) if found else np.zeros((0, 4))
    if len(offsets) < LEAST_BOXES:
        return NO_OFFSET
    mean = np.median(offsets, axis=0)
    scale = 1.4826 * np.median(np.abs(offsets - mean), axis=0) + 1e-6
    for _ in range(ITERATIONS):
        weight = (DEGREES + 1) / (DEGREES + ((offsets - mean) / scale) ** 2)
        mean = (weight * offsets).sum(0) / weight.sum(0)
        scale = np.sqrt((weight * (offsets - mean) ** 2).mean(0)) + 1e-6
    noise = scale**2 / len(offsets)
    return np.asarray(mean * np.maximum(0.0, 1 - noise / np.maximum(mean**2, 1e-12)))


def move(merged: Merged, offset: np.ndarray) -> Merged:
    """The same with its boxes' edges moved by `offset`, (4,); never turned inside out."""
    boxes = merged.boxes
    moved = boxes.coords + np.clip(offset, -0.4, 0.4) * sides(boxes.coords)
    return replace(merged, boxes=BoxSet(moved, boxes.classes, boxes.scores))


def _pairs(merged: BoxSet, moved_by: np.ndarray, reviewed: BoxSet) -> np.ndarray:
    """(n, 4) where the reviewer's edges lie, seen from those that people drew."""
    rows, places, _ = match(merged, reviewed, floor=SAME_OBJECT)
    ours = merged.coords[rows]
    return np.asarray((reviewed.coords[places] - ours) / sides(ours) + moved_by)

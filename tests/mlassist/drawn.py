"""Tiny pictures with one bright square each, and box sets written by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from labeling.kernel.boxes import BoxSet
from mlassist.data.pictures import Sample


def boxes(*rows: Sequence[float], class_id: int = 1) -> BoxSet:
    """Rows of x1 y1 x2 y2 and, where given, a score."""
    coords = np.array([row[:4] for row in rows], float).reshape(-1, 4)
    scores = np.array([row[4] if len(row) > 4 else 1.0 for row in rows], float)
    return BoxSet(coords, np.full(len(rows), class_id, np.int64), scores)


def squares(
    folder: Path,
    count: int,
    class_ids: Sequence[int] = (7,),
    seed: int = 0,
    size: tuple[int, int] = (96, 96),
) -> list[Sample]:
    """Pictures of a grey ground with one square; its colour tells its class."""
    rng = np.random.default_rng(seed)
    samples = []
    for index in range(count):
        pixels = rng.integers(90, 120, (size[1], size[0], 3), np.uint8)
        side = int(rng.integers(24, 40))
        x, y = int(rng.integers(0, size[0] - side)), int(rng.integers(0, size[1] - side))
        kind = index % len(class_ids)
        pixels[y : y + side, x : x + side] = ((250, 40, 40), (40, 40, 250))[kind]
        path = folder / f"{seed}-{index}.png"
        Image.fromarray(pixels).save(path)
        samples.append(Sample(path, boxes((x, y, x + side, y + side), class_id=class_ids[kind])))
    return samples

"""Seeded augmentation of training pictures: one random window each, flip and colour."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from labeling.kernel.boxes import BoxSet
from mlassist.data.pictures import Pictures, Sample, Window, cut, mirror, normalise, render, whole


@dataclass(frozen=True)
class Strength:
    """How hard training pictures are changed; see training.Recipe for the reasons."""

    crop: float  # probability of a window smaller than the picture
    zoom_out: float  # probability of a window larger than the picture
    zoom_most: float  # largest zoom-out, as a factor of the side
    aspect: float  # largest change of the shape
    flip: float  # probability of a flip left to right
    colour: float  # largest relative change of brightness, contrast and saturation


@dataclass(frozen=True)
class Batch:
    """What one training step needs, still on the CPU."""

    pictures: np.ndarray  # (n, height, width, 3) uint8
    boxes: list[BoxSet]  # canvas pixels
    tints: np.ndarray  # (n, 3) float32: factors of brightness, contrast and saturation


def choose_window(
    rng: np.random.Generator, size: tuple[int, int], canvas: tuple[int, int], strength: Strength
) -> Window:
    """A random window: a crop of .5 to 1, a zoom-out of 1 to `zoom_most`, or about the whole."""
    base, chance = whole(size, canvas), rng.random()
    factor = 1.0
    if chance < strength.crop:
        factor = rng.uniform(0.5, 1.0)
    elif chance < strength.crop + strength.zoom_out:
        factor = rng.uniform(1.0, strength.zoom_most)
    bend = math.exp(rng.uniform(-1, 1) * math.log(strength.aspect) / 2)
    width, height = base.width * factor * bend, base.height * factor / bend
    # Anywhere inside the picture where it is smaller, anywhere around it where it is larger.
    x, y = rng.random() * (size[0] - width), rng.random() * (size[1] - height)
    return Window(x, y, width, height)


def compose(
    pictures: Pictures,
    samples: Sequence[Sample],
    canvas: tuple[int, int],
    strength: Strength | None,
    rng: np.random.Generator,
) -> Batch:
    """A batch of windows with their boxes; `strength` None shows every picture as it is.

    A window that would lose all boxes of a picture is drawn again, up to five times; then the
    whole picture is shown.
    """
    shown: list[np.ndarray] = []
    boxes: list[BoxSet] = []
    for sample in samples:
        picture, size = pictures.get(sample.path)
        window = whole(size, canvas)
        inside = cut(sample.boxes, window, canvas)
        if strength:
            for _ in range(5):
                tried = choose_window(rng, size, canvas, strength)
                kept = cut(sample.boxes, tried, canvas)
                if len(kept) or not len(sample.boxes):
                    window, inside = tried, kept
                    break
        pixels = render(picture, size, window, canvas)
        if strength and rng.random() < strength.flip:
            pixels = pixels[:, ::-1]
            inside = BoxSet(mirror(inside.coords, canvas[0]), inside.classes, inside.scores)
        shown.append(pixels)
        boxes.append(inside)
    spread = strength.colour if strength else 0.0
    tints = rng.uniform(1 - spread, 1 + spread, (len(samples), 3)).astype(np.float32)
    return Batch(np.stack(shown), boxes, tints)


def collate(
    batch: Batch, labels: Mapping[int, int], device: torch.device
) -> tuple[Tensor, list[dict[str, Tensor]]]:
    """The batch as the network takes it.

    `labels`: network label (1 and up) of every class id. Returns (n, 3, height, width) float32
    and one {"boxes": (m, 4) float32, "labels": (m,) int64} per picture.
    """
    images = normalise(batch.pictures, device)
    tint = torch.from_numpy(batch.tints).to(device).view(-1, 3, 1, 1, 1)
    centre = images.mean((2, 3), keepdim=True)
    images = (images - centre) * tint[:, 1] + centre  # contrast
    grey = images.mean(1, keepdim=True)
    images = (images - grey) * tint[:, 2] + grey  # saturation
    images = images + (tint[:, 0] - 1) * 2  # brightness: the full range spans about 4 units
    targets = [
        {
            "boxes": torch.from_numpy(b.coords).to(device, torch.float32).reshape(-1, 4),
            "labels": torch.tensor(
                [labels[c] for c in b.classes.tolist()], dtype=torch.int64, device=device
            ),
        }
        for b in batch.boxes
    ]
    return images, targets

"""Pictures for the detector: decoded once, cut to one canvas, augmented by a seed, batched."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid

MEAN = (0.485, 0.456, 0.406)  # ImageNet's, as all pretrained weights in use expect
SPREAD = (0.229, 0.224, 0.225)
FILL = (124, 116, 104)  # MEAN in 8 bits: padding becomes about 0 after normalisation
_LEAST_SHOWN = 0.35  # a box that keeps less of its area than this in a window is not taught
_ORIENTATION = 0x0112  # the EXIF tag

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Sample:
    """One labelled picture: its file and its true boxes in pixels of that file."""

    path: Path
    boxes: BoxSet


@dataclass(frozen=True)
class Window:
    """The part of a picture that fills the canvas, in picture pixels; may reach beyond it."""

    x: float
    y: float
    width: float
    height: float

    def scale(self, canvas: tuple[int, int]) -> np.ndarray:
        """(4,) factors from picture to canvas pixels for x1 y1 x2 y2."""
        return np.tile([canvas[0] / self.width, canvas[1] / self.height], 2)


CACHE_BYTES = 1 << 30  # of decoded pictures: some 5,000 at 256 pixels


class Pictures:
    """Decoded pictures by path, kept in memory up to a number of bytes.

    What no longer fits is decoded anew each time; nothing is evicted, since every epoch asks for
    every picture once and the least recently used would always be the next one wanted. Threads
    may share it; two that decode the same picture at once only waste its room once.
    """

    def __init__(self, canvas: tuple[int, int], limit_bytes: int = CACHE_BYTES) -> None:
        self._enough = (2 * canvas[0], 2 * canvas[1])
        self._room = limit_bytes
        self._kept: dict[Path, tuple[Image.Image, tuple[int, int]]] = {}

    def get(self, path: Path) -> tuple[Image.Image, tuple[int, int]]:
        """An RGB picture, shrunk to about twice the canvas, and the width and height of its file.

        Sizes are those after EXIF orientation, as a browser shows them. Raises Invalid for a file
        that is missing or no picture.
        """
        if path in self._kept:
            return self._kept[path]
        try:
            with Image.open(path) as opened:
                size = _shown_size(opened)
                opened.draft("RGB", self._enough)  # JPEG: decodes at 1/2, 1/4, 1/8 where enough
                picture = ImageOps.exif_transpose(opened).convert("RGB")
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise Invalid(f"The picture {path.name} cannot be read: {error}.") from error
        factor = max(
            1, math.floor(min(picture.width / self._enough[0], picture.height / self._enough[1]))
        )
        if factor > 1:
            picture = picture.reduce(factor)
        needed = 3 * picture.width * picture.height
        if needed <= self._room:
            self._room -= needed
            self._kept[path] = picture, size
        return picture, size


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture file after EXIF orientation, without decoding it.

    Raises Invalid for a file that is missing or no picture.
    """
    try:
        with Image.open(path) as opened:
            return _shown_size(opened)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(f"The picture {path.name} cannot be read: {error}.") from error


def _shown_size(opened: Image.Image) -> tuple[int, int]:
    lying = opened.getexif().get(_ORIENTATION, 1) >= 5  # turned by a quarter
    return opened.size[::-1] if lying else opened.size


def whole(size: tuple[int, int], canvas: tuple[int, int]) -> Window:
    """The smallest window of the canvas's shape that holds the whole picture at its upper left."""
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    return Window(0.0, 0.0, canvas[0] / scale, canvas[1] / scale)


def render(
    picture: Image.Image, size: tuple[int, int], window: Window, canvas: tuple[int, int]
) -> np.ndarray:
    """The window drawn on the canvas.

    `size`: width and height of the file that `window` is measured in. Returns (height, width, 3)
    uint8; what lies beyond the picture has the mean colour.
    """
    left, top = max(0.0, window.x), max(0.0, window.y)
    right = min(float(size[0]), window.x + window.width)
    bottom = min(float(size[1]), window.y + window.height)
    across, down = canvas[0] / window.width, canvas[1] / window.height
    x1, y1 = round((left - window.x) * across), round((top - window.y) * down)
    x2, y2 = round((right - window.x) * across), round((bottom - window.y) * down)
    shrunk = picture.width / size[0], picture.height / size[1]
    part = picture.resize(
        (max(1, x2 - x1), max(1, y2 - y1)),
        Image.Resampling.BILINEAR,
        box=(left * shrunk[0], top * shrunk[1], right * shrunk[0], bottom * shrunk[1]),
    )
    sheet = Image.new("RGB", canvas, FILL)
    sheet.paste(part, (x1, y1))
    return np.asarray(sheet)


def cut(boxes: BoxSet, window: Window, canvas: tuple[int, int]) -> BoxSet:
    """Boxes as seen in the window, in canvas pixels; those mostly outside or tiny are left out."""
    scale = window.scale(canvas)
    moved = (boxes.coords - np.tile([window.x, window.y], 2)) * scale
    shown = np.clip(moved, 0, np.tile(canvas, 2))
    sides = shown[:, 2:] - shown[:, :2]
    area = (moved[:, 2:] - moved[:, :2]).prod(1)
    kept = (sides >= 2).all(1) & (sides.prod(1) >= _LEAST_SHOWN * area)
    return BoxSet(shown[kept], boxes.classes[kept], boxes.scores[kept])


def mirror(coords: np.ndarray, width: float) -> np.ndarray:
    """Boxes (n, 4) as they lie in the picture flipped left to right."""
    return np.stack([width - coords[:, 2], coords[:, 1], width - coords[:, 0], coords[:, 3]], 1)


def normalise(pictures: np.ndarray, device: torch.device) -> Tensor:
    """(n, height, width, 3) uint8 as (n, 3, height, width) float32, ImageNet mean and spread.

    Channels last in memory, as the networks are (mlassist.detectors.detector.place).
    """
    given = torch.from_numpy(pictures)
    if device.type == "cuda":
        given = given.pin_memory()  # copied while the network still works at the batch before
    batch = given.to(device, non_blocking=True).permute(0, 3, 1, 2).float().div_(255)
    mean = torch.tensor(MEAN, device=device).view(1, 3, 1, 1)
    spread = torch.tensor(SPREAD, device=device).view(1, 3, 1, 1)
    return batch.sub_(mean).div_(spread)


def threads_for(device: torch.device) -> int:
    """Threads that prepare batches: few beside a CPU that trains, more to keep a GPU fed."""
    return 2 if device.type == "cpu" else min(8, os.cpu_count() or 1)


def ahead(make: Callable[[Item], Made], items: Sequence[Item], threads: int) -> Iterator[Made]:
    """make(item) for every item in order, prepared by threads a few items in advance."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: list[Future[Made]] = []
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()

"""Pictures per second of our training and prediction against a bare loop on the same network."""

import copy
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from benchmarks.figures import Figure, Goal
from labeling.simulation.scenes import CLASSES
from mlassist.data.pictures import Sample
from mlassist.detectors.designs import MOBILENET_V2, SMALL
from mlassist.detectors.detector import Detector, predict
from mlassist.detectors.weights import Start
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe

PICTURES, STEPS, REPEATS = 64, 12, 5
BATCH, PREDICT_BATCH = 8, 16
CPU = torch.device("cpu")


class Plain(Dataset[tuple[Tensor, dict[str, Tensor]]]):
    """Decodes, resizes and scales a picture anew each time; boxes on the canvas."""

    def __init__(self, samples: list[Sample], canvas: tuple[int, int]) -> None:
        self.samples, self.canvas = samples, canvas

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Tensor]]:
        sample = self.samples[index]
        with Image.open(sample.path) as opened:
            width, height = opened.size
            picture = opened.convert("RGB").resize(self.canvas, Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float().div_(255)
        factors = np.tile([self.canvas[0] / width, self.canvas[1] / height], 2)
        return pixels, {
            "boxes": torch.tensor(sample.boxes.coords * factors, dtype=torch.float32).reshape(
                -1, 4
            ),
            "labels": torch.from_numpy(sample.boxes.classes + 1),
        }


def _loader(samples: list[Sample], detector: Detector, batch: int, shuffle: bool):  # type: ignore[no-untyped-def]
    plain = Plain(samples, detector.canvas)
    return DataLoader(
        plain, batch, shuffle=shuffle, collate_fn=lambda rows: tuple(zip(*rows, strict=True))
    )


def _bare(detector: Detector) -> Detector:
    """The network as torchvision makes it, channels first in memory; its own resizing is told the
    canvas, so both see pictures of the same size."""
    net = copy.deepcopy(detector.net).to(memory_format=torch.contiguous_format)
    net.transform.min_size = (min(detector.canvas),)
    net.transform.max_size = max(detector.canvas)
    return replace(detector, net=net)


def bare_fit(samples: list[Sample], detector: Detector) -> None:
    """torchvision's textbook loop: DataLoader (decode, resize), its own forward, AdamW.

    No augmentation, clipping, weight average, checkpoint, resuming or progress.
    """
    net = detector.net.train()
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-4)
    step = 0
    while step < STEPS:
        for images, targets in _loader(samples, detector, BATCH, shuffle=True):
            loss = torch.stack(list(net(list(images), list(targets)).values())).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            if step == STEPS:
                break


def bare_predict(samples: list[Sample], detector: Detector) -> None:
    """DataLoader (decode, resize) and torchvision's own forward."""
    net = detector.net.eval()
    with torch.inference_mode():
        for images, _ in _loader(samples, detector, PREDICT_BATCH, shuffle=False):
            net(list(images))


def _rates(ours: Callable[[], None], bare: Callable[[], None], count: int) -> tuple[float, float]:
    """Pictures per second of both, medians of alternating runs, the first pair for warm-up."""
    times: tuple[list[float], list[float]] = ([], [])
    for repeat in range(REPEATS + 1):
        for kept, work in zip(times, (ours, bare), strict=True):
            began = time.perf_counter()
            work()
            if repeat:
                kept.append(time.perf_counter() - began)
    return count / statistics.median(times[0]), count / statistics.median(times[1])


def run() -> Iterator[Figure]:
    """The designs for a CPU on drawn scenes, ours and the bare loop with one torch thread each.

    More threads wait for one another where anything else runs, and the ratio then tells of that.
    Our decoding threads run beside it, the bare loop decodes in its own: that is part of ours.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from _figures()
    finally:
        torch.set_num_threads(threads)


def _figures() -> Iterator[Figure]:
    from benchmarks.quality import scene

    with tempfile.TemporaryDirectory() as folder:
        samples = [scene(Path(folder), i) for i in range(PICTURES)]
        for design in (SMALL, MOBILENET_V2):
            yield from _against_bare(samples, design)


def _recipe(design: str) -> Recipe:
    return replace(Recipe.for_design(design, PICTURES, warm=False), steps=STEPS, batch=BATCH)


def _against_bare(samples: list[Sample], design: str) -> Iterator[Figure]:
    classes, start = range(len(CLASSES)), Start(design, None, "Random weights.")

    def ours() -> Detector:
        return fit(samples, classes, _recipe(design), start, seed=0, device=CPU).detector

    detector = ours()
    plain = _bare(detector)
    paths = [sample.path for sample in samples]
    for name, pair, count in (
        ("training", (ours, lambda: bare_fit(samples, plain)), STEPS * BATCH),
        (
            "prediction",
            (
                lambda: predict(detector, paths, batch=PREDICT_BATCH),
                lambda: bare_predict(samples, plain),
            ),
            PICTURES,
        ),
    ):
        mine, bare = _rates(pair[0], pair[1], count)
        yield Figure(f"{design}, {name}, ours", mine, "pictures/s")
        yield Figure(f"{design}, {name}, bare torchvision", bare, "pictures/s")
        yield Figure(f"{design}, {name}, ours / bare", mine / bare, "ratio", Goal(">=", 0.9))

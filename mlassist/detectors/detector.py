"""A trained detector: save, load, and predict boxes in pixels of the original pictures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from mlassist.data import whole_files
from mlassist.data.pictures import Pictures, ahead, mirror, normalise, render, threads_for, whole
from mlassist.detectors import designs
from mlassist.detectors.designs.base import on_stride
from mlassist.detectors.sizes import USUAL, Sizes

ABOUT = "boxwise"  # the entry of a file's header that tells our detectors from others


@dataclass(frozen=True)
class View:
    """One way to look at a picture; boxes are always given as they lie in the picture itself."""

    flip: bool = False  # mirrored left to right
    scale: float = 1.0  # sides of the canvas in shares of the detector's own

    def canvas(self, own: tuple[int, int]) -> tuple[int, int]:
        """Width and height of what the network sees: about `scale` times its own canvas."""
        return on_stride(own[0] * self.scale, own[1] * self.scale)


PLAIN = View()
# The second opinions of docs/algorithms.md 2.1; together they cost about 3.3 passes.
VIEWS = {"flip": View(flip=True), "small": View(scale=0.85), "large": View(scale=1.2)}


@dataclass(frozen=True)
class Detector:
    """A network with all that is needed to use it."""

    net: nn.Module  # as the design builds it
    design: str  # name in mlassist.detectors.designs
    class_ids: tuple[int, ...]  # network label k (from 1) means class_ids[k - 1]
    canvas: tuple[int, int]  # width and height of what the network sees
    pretrained: bool  # the first ancestor did not start from random weights
    origin: str  # what the first ancestor started from, for people
    sizes: Sizes = USUAL
    names: tuple[str, ...] = ()  # of the classes, for another job with some of the same

    @property
    def device(self) -> torch.device:
        """Where the network lives."""
        return next(self.net.parameters()).device


def choose_device(setting: str) -> torch.device:
    """The device that `MLASSIST_DEVICE` names: "auto", "cpu", "cuda" or "cuda:N".

    Raises Invalid for a device that this machine lacks.
    """
    if setting == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(setting)
    except RuntimeError as error:
        raise Invalid(f"Unknown device {setting!r}.", where="MLASSIST_DEVICE") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise Invalid(f"This machine has no {setting}.", where="MLASSIST_DEVICE")
    return device


def build(
    design: str, class_ids: Sequence[int], canvas: tuple[int, int], sizes: Sizes = USUAL
) -> Detector:
    """A detector with random weights, from torch's global random state."""
    net = designs.named(design).build(len(class_ids), None, sizes)
    return Detector(net, design, tuple(class_ids), canvas, False, "Random weights.", sizes)


def place(net: nn.Module, device: torch.device) -> None:
    """Move a network to its device, channels last in memory.

    On one CPU core MobileNetV2 then predicts 1.8 times as many pictures and trains 1.2 times as
    fast; the small design is as fast either way (benchmarks.training).
    """
    net.to(device).to(memory_format=torch.channels_last)


def save(detector: Detector, path: Path) -> str:
    """Write weights and description as one .safetensors file; returns its SHA-256."""
    about = {
        "design": detector.design,
        "class_ids": detector.class_ids,
        "canvas": detector.canvas,
        "pretrained": detector.pretrained,
        "origin": detector.origin,
        "sizes": detector.sizes.to_json(),
        "names": detector.names,
    }
    state = {name: value.cpu().contiguous() for name, value in detector.net.state_dict().items()}
    whole_files.replace(path, lambda aside: save_file(state, aside, {ABOUT: json.dumps(about)}))
    return whole_files.digest(path)


def load(path: Path, *, device: torch.device, digest: str | None = None) -> Detector:
    """Read what `save` wrote.

    Raises Invalid where the file is missing, damaged, of an unknown design, or its SHA-256 is not
    `digest`.
    """
    if not path.is_file():
        raise Invalid(f"There is no detector file {path}.")
    if digest is not None and whole_files.digest(path) != digest:
        raise Invalid(f"The detector file {path.name} has changed since it was saved.")
    try:
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {})[ABOUT])
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict)
        class_ids, canvas = tuple(about["class_ids"]), (about["canvas"][0], about["canvas"][1])
        sizes = Sizes.from_json(about["sizes"]) if "sizes" in about else USUAL
        # Building draws random weights only to overwrite them: leave the global state alone.
        with torch.random.fork_rng(devices=[]):
            net = designs.named(about["design"]).build(len(class_ids), None, sizes)
        net.load_state_dict(state)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Invalid(f"{path.name} is not a detector of this program: {error}.") from error
    place(net, device)
    net.eval()
    return Detector(
        net,
        about["design"],
        class_ids,
        canvas,
        bool(about["pretrained"]),
        str(about["origin"]),
        sizes,
        tuple(about.get("names", ())),
    )


def predict(
    detector: Detector,
    paths: Sequence[Path],
    *,
    batch: int = 16,
    view: View = PLAIN,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[BoxSet]:
    """Boxes of every picture, in pixels of its file, scores in [.05, 1] falling, at most 100.

    Under another `view` the boxes are carried back, so views can be compared directly.
    `on_progress(done, total)` is called after each batch and may raise to stop. Raises Invalid for
    a picture that cannot be read.
    """
    device, canvas = detector.device, view.canvas(detector.canvas)
    pictures = Pictures(canvas, limit_bytes=0)

    def prepare(chunk: Sequence[Path]) -> tuple[np.ndarray, list[tuple[int, int]]]:
        shown: list[np.ndarray] = []
        sizes: list[tuple[int, int]] = []
        for path in chunk:
            picture, size = pictures.get(path)
            pixels = render(picture, size, whole(size, canvas), canvas)
            shown.append(pixels[:, ::-1] if view.flip else pixels)
            sizes.append(size)
        return np.stack(shown), sizes

    chunks = [paths[i : i + batch] for i in range(0, len(paths), batch)]
    results: list[BoxSet] = []
    design = designs.named(detector.design)
    detector.net.eval()
    with torch.inference_mode():
        for shown, sizes in ahead(prepare, chunks, threads_for(device)):
            found = design.detections(
                detector.net, normalise(shown, device), amp=device.type == "cuda"
            )
            for one, size in zip(found, sizes, strict=True):
                coords = one["boxes"].cpu().numpy().astype(np.float64)
                if view.flip:
                    coords = mirror(coords, canvas[0])
                labels, scores = one["labels"].cpu().numpy(), one["scores"].cpu().numpy()
                results.append(_in_file(coords, labels, scores, size, canvas, detector.class_ids))
            if on_progress:
                on_progress(len(results), len(paths))
    return results


def _in_file(
    coords: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    size: tuple[int, int],
    canvas: tuple[int, int],
    class_ids: tuple[int, ...],
) -> BoxSet:
    """Canvas boxes of one picture as boxes of its file.

    What lies in the padding, or is under one pixel on a side and so counts nowhere, is left out.
    """
    window = whole(size, canvas)
    coords = np.clip(coords / window.scale(canvas), 0, np.tile(size, 2))
    kept = (coords[:, 2:] - coords[:, :2] >= 1).all(1)
    classes = np.array(class_ids, np.int64)[labels[kept] - 1]
    return BoxSet(coords[kept], classes, scores[kept].astype(np.float64))

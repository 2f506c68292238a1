"""Real predictions to judge confidences by: detectors of the product on pictures they never saw."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from labeling.kernel.boxes import BoxSet, pack, unpack
from labeling.transfers.core import coco
from mlassist.data.pictures import Sample, size_of
from mlassist.detectors.choice import choose
from mlassist.detectors.designs import MOBILENET_V2
from mlassist.detectors.detector import VIEWS, Detector, predict
from mlassist.detectors.weights import Start, starting_weights
from mlassist.prediction.core.views import average_edges
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe

LABELS, TAUGHT_SHARE = 200, 0.4  # training pictures, and at most this share of the data set
ONE_SOURCE = {"birds": 1}  # its first licence; the other one's penguins are another task
EFFORT = 0.5  # of the steps, as the product's folds (mlassist.training.cross_validation)
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Seen:
    """One picture, its true boxes, and what a detector that never saw it finds there."""

    name: str
    size: tuple[int, int]
    truth: BoxSet
    boxes: BoxSet
    views: dict[str, BoxSet]  # by name in mlassist.detectors.detector.VIEWS

    @property
    def final(self) -> bool:
        """Whether it belongs to the half that no choice is made on."""
        return is_final(self.name)


@dataclass(frozen=True)
class Found:
    """The pictures of a data set that its detector never saw."""

    name: str
    seen: list[Seen]


def found(data: Path, name: str, weights: Path, cache: Path) -> Found:
    """The predictions of a data set, from `cache` or made now (one training, minutes)."""
    kept = cache / f"{name}.json"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_made(data, name, weights)))
    document = json.loads(kept.read_text())
    return Found(name, [_seen(row) for row in document["sensitivity"]])


def _made(data: Path, name: str, weights: Path) -> dict[str, Any]:
    taught, rest = taught_and_rest(data, name)
    classes = sorted({int(c) for s in (*taught, *rest) for c in s.boxes.classes})
    start = start_for(taught, weights)
    recipe = Recipe.for_design(start.design, len(taught), warm=False, effort=EFFORT)
    detector = fit(taught, classes, recipe, start, seed=0, device=CPU).detector
    return {"sensitivity": _looked_at(detector, rest)}


def start_for(taught: Sequence[Sample], weights: Path) -> Start:
    """Where the product would begin with these pictures: canvas and anchors from their boxes."""
    pictures, boxes = [size_of(s.path) for s in taught], [s.boxes for s in taught]
    plan = choose(MOBILENET_V2, {MOBILENET_V2}, CPU.type, boxes, pictures)
    return replace(starting_weights(str(weights)), side=plan.side, sizes=plan.sizes)


def taught_and_rest(data: Path, name: str) -> tuple[list[Sample], list[Sample]]:
    """Pictures that detectors are trained on, and those that judge."""
    samples = sorted(_samples(data / name), key=lambda s: _hash("taught", s.path.name))
    count = min(LABELS, round(TAUGHT_SHARE * len(samples)))
    return samples[:count], samples[count:]


def is_final(name: str) -> bool:
    """Whether the picture belongs to the half that no choice is made on."""
    return _hash("half", name) % 2 == 1


def _looked_at(detector: Detector, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    paths = [s.path for s in samples]
    plain = predict(detector, paths)
    views = {name: predict(detector, paths, view=view) for name, view in VIEWS.items()}
    return [
        {
            "name": sample.path.name,
            "size": size_of(sample.path),
            "truth": unpack(sample.boxes),
            "plain": unpack(plain[i]),
            "views": {name: unpack(boxes[i]) for name, boxes in views.items()},
        }
        for i, sample in enumerate(samples)
    ]


def _samples(folder: Path) -> list[Sample]:
    parsed = coco.read_coco(folder / "annotations.coco.json")
    licence = ONE_SOURCE.get(folder.name)
    names = sorted(
        r["file_name"] for r in parsed.records if licence is None or r.get("license") == licence
    )
    return [
        Sample(
            folder / "images" / name,
            pack(
                [
                    {"class_id": c, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
                    for c, x1, y1, x2, y2 in parsed.boxes[name]
                ]
            ),
        )
        for name in names
    ]


def _seen(row: dict[str, Any]) -> Seen:
    views = {name: pack(boxes) for name, boxes in row["views"].items()}
    width, height = row["size"]
    boxes = average_edges(pack(row["plain"]), views)  # as mlassist.prediction.step stores them
    return Seen(row["name"], (width, height), pack(row["truth"]), boxes, views)


def _hash(use: str, name: str) -> int:
    return int(hashlib.sha256(f"{use}:{name}".encode()).hexdigest()[:8], 16)

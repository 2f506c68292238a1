"""Quality of a detector on held-out pictures after so many labels: drawn scenes, real birds."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.figures import Figure
from labeling.kernel.boxes import pack
from labeling.kernel.quality import quality
from labeling.simulation.scenes import CLASSES, draw
from labeling.transfers.core import coco
from mlassist.data.pictures import Sample
from mlassist.detectors.designs import MOBILENET_V2, SMALL
from mlassist.detectors.detector import Detector, predict
from mlassist.detectors.weights import starting_weights
from mlassist.prediction.core.score_thresholds import choose_score_thresholds
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe

SHARED = Path(__file__).resolve().parents[2] / "shared"
BIRDS, WEIGHTS = SHARED / "data" / "birds", SHARED / "weights"
SCENE_SEED, HELD_OUT, LABELS = 7, 100, (50, 100)
BIRD_LABELS, BIRDS_HELD_OUT = (200, 400), 200
FREE_LICENCE = 1  # of the birds' file: pictures that may be used here
CPU = torch.device("cpu")


def scene(folder: Path, index: int) -> Sample:
    """Drawn scene `index` as a file with its true boxes."""
    picture, boxes = draw(SCENE_SEED, index)
    path = folder / f"{index}.jpg"
    picture.save(path, quality=92)
    return Sample(path, pack(boxes))


def reached(detector: Detector, judged: Sequence[Sample], held_out: Sequence[Sample]) -> float:
    """Mean quality of the held-out pictures, the score threshold chosen on other ones."""
    found = predict(detector, [s.path for s in judged])
    score_thresholds = choose_score_thresholds(found, [s.boxes for s in judged])
    return float(
        np.mean(
            [
                quality(score_thresholds.kept(one), sample.boxes)
                for one, sample in zip(
                    predict(detector, [s.path for s in held_out]), held_out, strict=True
                )
            ]
        )
    )


def run(birds: bool = False) -> Iterator[Figure]:
    """The demo's scenes from random weights; the birds only where asked for and at hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        judged = [scene(folder, i) for i in range(500, 540)]
        held_out = [scene(folder, i) for i in range(1000, 1000 + HELD_OUT)]
        train = [scene(folder, i) for i in range(max(LABELS))]
        for labels in LABELS:
            recipe = Recipe.for_design(SMALL, labels, warm=False)
            trained = fit(
                train[:labels],
                range(len(CLASSES)),
                recipe,
                starting_weights("none"),
                seed=0,
                device=CPU,
            )
            value = reached(trained.detector, judged, held_out)
            yield Figure(f"quality on scenes, {labels} labels", value, "quality")
            yield Figure(f"its training, {labels} labels", trained.seconds, "s")
    if birds and BIRDS.is_dir():
        yield from _birds()


def _birds() -> Iterator[Figure]:
    """Cold after 200 labels, then warm after 400, as rounds follow one another."""
    samples = _bird_samples()
    held_out = samples[:BIRDS_HELD_OUT]
    judged = samples[BIRDS_HELD_OUT : BIRDS_HELD_OUT + 100]
    train = samples[BIRDS_HELD_OUT + 100 :]
    weights = WEIGHTS / "mobilenet_v2_imagenet.safetensors"
    before = starting_weights(str(weights) if weights.is_file() else "none")
    design = MOBILENET_V2 if weights.is_file() else SMALL
    start: Detector | object = before
    for labels in BIRD_LABELS:
        warm = isinstance(start, Detector)
        recipe = Recipe.for_design(design, labels, warm=warm)
        trained = fit(train[:labels], [1], recipe, start, seed=0, device=CPU)
        start = trained.detector
        value = reached(trained.detector, judged, held_out)
        yield Figure(f"quality on birds, {labels} labels", value, "quality")
        yield Figure(f"its training, {labels} bird labels", trained.seconds, "s")


def _bird_samples() -> list[Sample]:
    parsed = coco.read_coco(BIRDS / "annotations.coco.json")
    names = [r["file_name"] for r in parsed.records if r.get("license") == FREE_LICENCE]
    shuffled = np.random.default_rng(0).permutation(names).tolist()
    return [Sample(_picture(name), _boxes(parsed.boxes[name])) for name in shuffled]


def _picture(name: str) -> Path:
    inside = BIRDS / "images" / name
    return inside if inside.exists() else BIRDS / name


def _boxes(rows: Sequence[Sequence[float]]):  # type: ignore[no-untyped-def]
    return pack(
        [{"class_id": 1, "x1": x1, "y1": y1, "x2": x2, "y2": y2} for _, x1, y1, x2, y2 in rows]
    )

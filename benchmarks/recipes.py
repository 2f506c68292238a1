"""What was tried to make detectors learn small objects, on pictures that no other figure uses.

Taught on 120 of the pictures that benchmarks.predictions teaches, judged on its development half;
MobileNetV2 start, 150 steps (a sixth of the product's), one seed: differences under .02 say little.

| quality | deeppcb | aquarium |
|---|---|---|
| side 256, usual anchors (what won on birds) | .232 | .067 |
| side 256, anchors and proposals from the boxes | .228 | .062 |
| side 384, anchors and proposals from the boxes | .335 | .071 |
| side 512, anchors and proposals from the boxes | .382 | .093 |
| side 512, usual anchors | .388 | - |

So pixels on the canvas count: mlassist.detectors.choice asks for 24 of them for nine in ten boxes,
at most 512 a side on a CPU. Chosen anchors neither help nor hurt, at 256 and at 512. Side 512
took 1.3 to 2 times as long on a busy machine.

Warm start from another job (aquarium, side 256, one seed): job B with 30 labels reaches .076
without and .131 from job A's detector of 100 other labels, which by itself is at .068. B's detector
then has had twice the steps, so a part of that is training time.

Also tried, by scripts that are not kept, none taken over: quality of plain boxes and as the product
gives them (development halves, 560 birds and 95 of bccd, one seed).

| | birds | bccd |
|---|---|---|
| 450 steps, 200 and 146 labels | .790, .796 | .556, .561 |
| the box head looks at its boxes once more (1.3 times as long) | .793, .800 | .559, .563 |
| averaged over all proposals that overlap by .6 | .786, .787 | .560, .563 |
| and is taught on them (training 1.4 times as long) | - | .558, .565 |
| 900 steps, 100 labels | .791, .798 | - |
| 1,800 steps, 100 labels | .798, .802 | - |

Warm start from the detector of 900 steps: 30 others alone .776, .782 (.774, .778 at the full
rate); the 100 and the 30 together .793, .799, the 30 twice .801, .805 (training_set).

Not tried: bccd, equal time. Self-training and repeats: benchmarks.teaching.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.figures import Figure
from benchmarks.predictions import is_final, taught_and_rest
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import quality
from mlassist.data.pictures import Sample, size_of
from mlassist.detectors import sizes
from mlassist.detectors.designs import MOBILENET_V2, named
from mlassist.detectors.detector import Detector, predict
from mlassist.detectors.head_transfer import adopt
from mlassist.detectors.weights import starting_weights
from mlassist.prediction.core.score_thresholds import choose_score_thresholds
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe

TAUGHT, STEPS = 120, 150
CPU = torch.device("cpu")
USUAL = 256


@dataclass(frozen=True)
class Variant:
    """One way to set the detector up."""

    side: int = USUAL
    anchors: bool = False  # chosen from the boxes
    proposals: bool = False  # chosen from the counts
    steps: int = STEPS

    def __str__(self) -> str:
        said = [f"side {self.side}"]
        said += ["chosen anchors"] if self.anchors else []
        said += ["chosen proposals"] if self.proposals else []
        said += [f"{self.steps} steps"] if self.steps != STEPS else []
        return ", ".join(said)


VARIANTS = (
    Variant(),
    Variant(anchors=True, proposals=True),
    Variant(384, anchors=True, proposals=True),
    Variant(512, anchors=True, proposals=True),
    Variant(512),
)


def run(
    data: Path,
    weights: Path,
    names: Sequence[str] = ("deeppcb", "bccd", "aquarium"),
    variants: Sequence[Variant] = VARIANTS,
) -> Iterator[Figure]:
    """Quality on the development half of each data set, by variant; one seed."""
    for name in names:
        taught, rest = taught_and_rest(data, name)
        taught = taught[:TAUGHT]
        judged = [sample for sample in rest if not is_final(sample.path.name)]
        for variant in variants:
            began = time.monotonic()
            detector = trained(taught, judged, weights, variant)
            seconds = time.monotonic() - began
            found = predict(detector, [sample.path for sample in judged])
            yield Figure(f"{name}, {variant}: quality", out_of_fold(found, judged), "")
            yield Figure(f"{name}, {variant}: training", seconds, "s")
    yield from warm_start(data, weights)


def warm_start(
    data: Path, weights: Path, name: str = "aquarium", first: int = 100, few: int = 30
) -> Iterator[Figure]:
    """Job A learns `first` pictures, job B `few` others, with and without A's detector."""
    taught, rest = taught_and_rest(data, name)
    judged = [sample for sample in rest if not is_final(sample.path.name)]
    own = taught[first : first + few]
    classes = sorted({int(c) for s in (*taught, *judged) for c in s.boxes.classes})
    names = tuple(map(str, classes))
    canvas = named(MOBILENET_V2).canvas([size_of(sample.path) for sample in own], USUAL)
    cold = starting_weights(str(weights))
    recipe = replace(Recipe.for_design(MOBILENET_V2, few, warm=False), steps=STEPS)
    earlier = fit(taught[:first], classes, recipe, cold, seed=0, device=CPU).detector
    adopted = adopt(replace(earlier, names=names), classes, names, canvas, seed=1)
    for said, start in (("without A", cold), ("from A", adopted)):
        made = fit(own, classes, recipe, start, seed=1, device=CPU).detector
        found = predict(made, [sample.path for sample in judged])
        told = f"{name}, job B with {few} labels, {said}: quality"
        yield Figure(told, out_of_fold(found, judged), "")
    found = predict(earlier, [sample.path for sample in judged])
    yield Figure(f"{name}, job A's detector as it is: quality", out_of_fold(found, judged), "")


def trained(
    taught: Sequence[Sample], judged: Sequence[Sample], weights: Path, variant: Variant
) -> Detector:
    """A detector of the variant."""
    boxes = [sample.boxes for sample in taught]
    shares = sizes.relative_sides(boxes, [size_of(sample.path) for sample in taught])
    chosen = sizes.Sizes(
        sizes.anchors_for(shares, variant.side, 3) if variant.anchors else (),
        sizes.proposals_for(boxes) if variant.proposals else sizes.PROPOSALS,
    )
    start = replace(starting_weights(str(weights)), side=variant.side, sizes=chosen)
    recipe = replace(Recipe.for_design(MOBILENET_V2, len(taught), warm=False), steps=variant.steps)
    classes = sorted({int(c) for s in (*taught, *judged) for c in s.boxes.classes})
    return fit(taught, classes, recipe, start, seed=0, device=CPU).detector


def out_of_fold(found: Sequence[BoxSet], judged: Sequence[Sample]) -> float:
    """Mean quality, each half cut by what suits the other."""
    truths = [sample.boxes for sample in judged]
    values: list[float] = []
    for fold in (0, 1):
        chosen = [i for i in range(len(judged)) if i % 2 != fold]
        thresholds = choose_score_thresholds(
            [found[i] for i in chosen], [truths[i] for i in chosen]
        )
        values += [
            quality(thresholds.kept(found[i]), truths[i])
            for i in range(len(judged))
            if i % 2 == fold
        ]
    return float(np.mean(values))

"""What was tried with the list of training pictures: rare classes repeated, the pool's own boxes.

Repeats (Gupta et al., CVPR 2019, LVIS): a picture is shown sqrt(t / share) times, where `share` is
that of pictures that show its rarest class and t = REPEAT. Self-training (docs/algorithms.md 6.3):
boxes of pool pictures that the detector is sure of are learned beside labels, which count twice,
from the same start in as many steps. Both judged on development halves, SEEDS trainings each.

Self-training was not taken over: most of what it gains on plain boxes, averaging the edges over the
views gains as well, and a detector agrees with what it taught itself, so the order of images
suffers. Two seeds; repeats were not run. The last two rows come from a script that is not kept.

| birds, 100 labels, 300 steps; seed 0, seed 1 | labels | and own boxes of 159, 92 pictures |
|---|---|---|
| quality of plain boxes | .756, .753 | .766, .767 |
| quality as the product gives them | .769, .765 | .769, .777 |
| the same with score score_thresholds from 100 known pictures | .774, .767 | .767, .780 |
| rank correlation of learned confidence and quality | .32, .39 | .28, .36 |
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from benchmarks.predictions import CPU, is_final, start_for, taught_and_rest
from benchmarks.recipes import out_of_fold
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import quality
from mlassist.data.pictures import Sample, size_of
from mlassist.detectors.designs import MOBILENET_V2
from mlassist.detectors.detector import VIEWS, Detector, predict
from mlassist.prediction.core.box_scores import BoxScores, fit_scores
from mlassist.prediction.core.score_thresholds import choose_score_thresholds
from mlassist.prediction.core.views import ImagePredictions, agreement, average_edges
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe

SEEDS, STEPS = 3, 300
REPEAT = 0.5  # share of pictures below which a class counts as rare
LABELLED, KNOWN = 100, 40  # pictures that teach, and that calibrate the scores
SURE, UNSURE = 0.9, 0.3  # chance of a box: learned from, in between its picture is left out
STEADY = 0.5  # share of the pool, that whose views agree most


def run(data: Path, weights: Path) -> Iterator[Figure]:
    """Quality with and without, of each seed."""
    yield from repeats(data, weights, "aquarium")
    yield from own_boxes(data, weights, "birds")


def repeats(data: Path, weights: Path, name: str) -> Iterator[Figure]:
    """Rare classes shown more often: over all pictures, and those that show a rare class."""
    taught, rest = taught_and_rest(data, name)
    judged = [sample for sample in rest if not is_final(sample.path.name)]
    shown = Counter(c for s in taught for c in set(s.boxes.classes.tolist()))
    rare = {c for c, count in shown.items() if count < REPEAT * len(taught)}
    again = [s for s in taught for _ in range(_times(s, shown, len(taught)))]
    yield Figure(f"{name}: pictures shown in one go, of {len(taught)}", len(again), "")
    few = [i for i, s in enumerate(judged) if rare & set(s.boxes.classes.tolist())]
    for seed in range(SEEDS):
        for way, samples in (("once each", taught), ("rare classes repeated", again)):
            detector = _learned(samples, taught, weights, seed)
            found = predict(detector, [s.path for s in judged])
            score_thresholds = choose_score_thresholds(found, [s.boxes for s in judged])
            values = [
                quality(score_thresholds.kept(p), s.boxes)
                for p, s in zip(found, judged, strict=True)
            ]
            told = f"{name}, seed {seed}, {way}"
            yield Figure(f"{told}: quality", float(np.mean(values)), "")
            yield Figure(f"{told}: where a rare class is", float(np.mean(np.take(values, few))), "")


def _times(sample: Sample, shown: Counter[int], pictures: int) -> int:
    own = [shown[c] / pictures for c in set(sample.boxes.classes.tolist())]
    return max([1, *(round(math.sqrt(REPEAT / share)) for share in own)])


def own_boxes(data: Path, weights: Path, name: str) -> Iterator[Figure]:
    """A detector taught by labels, and one taught by these and by what the first is sure of."""
    taught, rest = taught_and_rest(data, name)
    development = [sample for sample in rest if not is_final(sample.path.name)]
    half = len(development) // 2
    labelled, known = taught[:LABELLED], taught[LABELLED : LABELLED + KNOWN]
    pool = [*taught[LABELLED + KNOWN :], *development[:half]]
    judged = development[half:]
    for seed in range(SEEDS):
        first = _learned(labelled, labelled, weights, seed)
        seen = predict(first, [s.path for s in known])
        box_scores = fit_scores(seen, [s.boxes for s in known])
        sure = _sure(first, pool, box_scores)
        truths = {s.path: s.boxes for s in pool}
        right = [quality(s.boxes, truths[s.path]) for s in sure]
        yield Figure(f"{name}, seed {seed}: pool pictures learned from", len(sure), "")
        yield Figure(f"{name}, seed {seed}: their boxes' quality", float(np.mean(right)), "")
        second = _learned([*labelled, *labelled, *sure], labelled, weights, seed)
        for way, detector in (("labels", first), ("labels and own boxes", second)):
            predictions = _predictions(detector, judged)
            for told, boxes in (
                ("plain boxes", [predicted.boxes for predicted in predictions]),
                (
                    "as the product gives them",
                    [average_edges(o.boxes, o.views) for o in predictions],
                ),
            ):
                reached = out_of_fold(boxes, judged)
                yield Figure(f"{name}, seed {seed}, {way}, {told}: quality", reached, "")


def _sure(detector: Detector, pool: Sequence[Sample], box_scores: BoxScores) -> list[Sample]:
    """The steadier half of the pool, as far as every box is surely there or surely not."""
    predictions = _predictions(detector, pool)
    plain = [box_scores.read(predicted.boxes) for predicted in predictions]

    def kept(boxes: BoxSet) -> BoxSet:
        return boxes.take(np.flatnonzero(boxes.scores >= SURE))

    steady = [
        float(
            np.mean(
                [agreement(kept(boxes), kept(box_scores.read(v))) for v in predicted.views.values()]
            )
        )
        for boxes, predicted in zip(plain, predictions, strict=True)
    ]
    best = np.argsort(-np.array(steady), kind="stable")[: round(STEADY * len(pool))].tolist()
    found = []
    for i in best:
        between = (plain[i].scores >= UNSURE) & (plain[i].scores < SURE)
        boxes = kept(plain[i])
        if len(boxes) and not between.any():
            sure = BoxSet(boxes.coords, boxes.classes, np.ones(len(boxes)))
            found.append(Sample(pool[i].path, sure))
    return found


def _predictions(detector: Detector, samples: Sequence[Sample]) -> list[ImagePredictions]:
    """What the detector sees in them, in all views."""
    paths = [sample.path for sample in samples]
    plain = predict(detector, paths)
    views = {name: predict(detector, paths, view=view) for name, view in VIEWS.items()}
    return [
        ImagePredictions(
            path.name, size_of(path), plain[i], {name: seen[i] for name, seen in views.items()}
        )
        for i, path in enumerate(paths)
    ]


def _learned(
    samples: Sequence[Sample], labelled: Sequence[Sample], weights: Path, seed: int
) -> Detector:
    classes = sorted({int(c) for s in labelled for c in s.boxes.classes})
    recipe = replace(Recipe.for_design(MOBILENET_V2, len(labelled), warm=False), steps=STEPS)
    start = start_for(labelled, weights)
    return fit(samples, classes, recipe, start, seed=seed, device=CPU).detector

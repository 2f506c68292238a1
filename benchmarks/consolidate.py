"""Merging the answers of 1,000 images, 5 people and 10 objects by EM over annotators."""

import statistics
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.figures import Figure, Goal
from labeling.consolidation.core.grouping import Answers, tabulate
from labeling.consolidation.core.reliability import consolidate
from labeling.kernel.boxes import BoxSet

IMAGES, OBJECTS, REPEATS = 1000, 10, 5
CROWD = 2000  # boxes that each of two people puts on one place: what an answer may hold
SEES = (0.95, 0.90, 0.90, 0.80, 0.60)  # chance of each person to draw an object
NOISE = (0.02, 0.03, 0.04, 0.05, 0.08)  # sd of an edge, share of the box's side


def answers(seed: int = 0) -> list[Answers]:
    """Boxes as five people of different care would draw them, of two classes."""
    rng = np.random.default_rng(seed)
    found = []
    for image in range(IMAGES):
        centre, side = rng.uniform(50, 600, (OBJECTS, 2)), rng.uniform(20, 120, (OBJECTS, 2))
        truth, classes = np.c_[centre - side / 2, centre + side / 2], rng.integers(0, 2, OBJECTS)
        drawn = []
        for sees, noise in zip(SEES, NOISE, strict=True):
            kept = rng.random(OBJECTS) < sees
            edges = truth + rng.normal(0, noise, (OBJECTS, 4)) * np.c_[side, side]
            drawn.append(BoxSet(edges[kept], classes[kept], np.ones(kept.sum())))
        found.append(Answers(image, tuple(range(len(SEES))), tuple(drawn)))
    return found


def run() -> Iterator[Figure]:
    """The median of five runs; `consolidate` groups the boxes itself, which is also told alone."""
    people = answers()
    grouping, whole = [], []
    for _ in range(REPEATS):
        began = time.perf_counter()
        tabulate(people)
        grouped = time.perf_counter()
        consolidate(people)
        grouping.append(grouped - began)
        whole.append(time.perf_counter() - grouped)
    yield Figure("consolidate 1,000 images", statistics.median(whole), "s", Goal("<=", 0.35))
    drawn = BoxSet(np.tile([10.0, 10, 60, 60], (CROWD, 1)), np.zeros(CROWD, int), np.ones(CROWD))
    began = time.perf_counter()
    consolidate([Answers(0, (0, 1), (drawn, drawn))])
    crowded = time.perf_counter() - began
    yield Figure("2 x 2,000 boxes on one place", crowded, "s", Goal("<=", 1))
    yield Figure("of it grouping the boxes", statistics.median(grouping), "s")

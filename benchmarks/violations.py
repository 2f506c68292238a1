"""How often a job's promise is broken: on resamples of real predictions, with the product's parts.

Each resample splits the pictures that a detector never saw into known ones, which choose cuts,
confidence and sets, and a pool that is proved as a first closing round does (half of risk .10).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.confidence import LEARNED, LEVEL, TARGETS, Half, certified
from benchmarks.figures import Figure, Goal
from benchmarks.predictions import found

RESAMPLES = 200


def run(
    data: Path, weights: Path, cache: Path, names: Sequence[str] = tuple(TARGETS),
    final: bool = True,
) -> Iterator[Figure]:  # fmt: skip
    """Per data set the share of resamples with a false certificate, and what was certified."""
    limit = round(LEVEL + 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / RESAMPLES)), 4)
    for name in names:
        half, target = Half(found(data, name, weights, cache), final), TARGETS[name]
        told = np.array([_one(half, number, target) for number in range(RESAMPLES)])
        share, wrong = told.mean(0)
        yield Figure(f"{name} at {target:g}: certified wrongly", wrong, "share", Goal("<=", limit))
        yield Figure(f"{name} at {target:g}: certified", share, "share of the pool")


def _one(half: Half, number: int, target: float) -> tuple[float, float]:
    known, pool = half.split(number)
    cuts = half.cuts(known)
    of_known, of_pool = half.qualities(known, cuts), half.qualities(pool, cuts)
    sure, pool_sure = half.confidences(LEARNED, known, of_known, pool, cuts)
    return certified(sure, of_known, pool_sure, of_pool, target, number)

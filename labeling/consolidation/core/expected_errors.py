"""How many errors reviewers find where the EM expects some: a power law learned from their work
(docs/algorithms.md 4.1)."""

from collections.abc import Iterable

import numpy as np
from scipy.optimize import minimize

from labeling.consolidation.core.reliability import LOOSE_FROM
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import compare

Curve = tuple[float, float]  # scale, power
AS_EXPECTED: Curve = (1.0, 1.0)
LEAST_IMAGES = 15  # fewer teach nothing
# How far, in standard deviations, the logarithm of the scale and the power may lie from "as
# expected" before anything was seen; with 30 pictures of a real crowd 2.45 people were asked by
# it, with a power free to go as far as the scale 2.54 for the same quality (benchmarks/crowd.py).
USUAL_SCALE, USUAL_POWER = 1.0, 0.3
LEAST_POWER = 0.1  # more expected errors always mean more
LEAST_EXPECTED = 1e-4  # has a logarithm


def errors_in(label: BoxSet, reviewed: BoxSet) -> int:
    """Errors that the reviewer's boxes show: missed and false boxes, and loose ones."""
    found = compare(label, reviewed)
    loose = compare(label, reviewed, floor=1 - LOOSE_FROM)
    wrong = found.false_positives + found.false_negatives
    return wrong + found.true_positives - loose.true_positives


def learn_curve(seen: Iterable[tuple[float, int]]) -> Curve:
    """Scale and power of the errors found, from what was expected and found in each image.

    Poisson regression of the errors on the logarithm of what was expected, drawn to "as expected".
    """
    pairs = np.array([*seen], float).reshape(-1, 2)
    if len(pairs) < LEAST_IMAGES:
        return AS_EXPECTED
    expected, found = np.log(np.maximum(pairs[:, 0], LEAST_EXPECTED)), pairs[:, 1]

    def loss(at: np.ndarray) -> float:
        log_mean = at[0] + at[1] * expected
        away = (at[0] / USUAL_SCALE) ** 2 + ((at[1] - 1) / USUAL_POWER) ** 2
        return float((np.exp(log_mean) - found * log_mean).sum() + away / 2)

    best = minimize(loss, (0.0, 1.0), bounds=((-5, 5), (LEAST_POWER, 2)), method="L-BFGS-B").x
    return float(np.exp(best[0])), float(best[1])


def calibrated(expected: float, curve: Curve) -> float:
    """The errors to be found where the EM expects `expected`."""
    scale, power = curve
    return expected if curve == AS_EXPECTED else scale * max(expected, LEAST_EXPECTED) ** power

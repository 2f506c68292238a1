"""What share of the images left the machine may take in the end, with an interval, per target."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RESAMPLES = 100  # of the calibration images; the interval's ends move by a hundredth of the pool
INTERVAL = 0.80
DEARER = (0.0, 0.05, 0.10)  # above the job's target, to show what a higher one would cost
HIGHEST = 0.99

# (target, calibration images by place, whether they err) -> images of the pool that would be taken,
# checks to prove it. Resampled judges show their error by differing, so it is not counted again.
Taken = Callable[[float, np.ndarray, bool], tuple[int, int]]


@dataclass(frozen=True)
class Forecast:
    """At one target: share of the pool that would be accepted, its interval, and the checks."""

    target: float
    share: float
    low: float
    high: float
    checks: int  # that a proof is planned with; 0 where nothing is acceptable


def forecast(taken: Taken, pool: int, known: int, target: float, seed: int = 0) -> list[Forecast]:
    """For the job's target and some higher ones.

    `pool`: images left; `known`: images that judge the detector. The interval is the middle 80 %
    over resampled calibration images: it knows nothing of what a later detector will learn, and of
    labels that are wrong themselves.
    """
    if not pool or not known:
        return []
    rng = np.random.default_rng(seed)
    draws = [np.arange(known), *rng.integers(0, known, (RESAMPLES, known))]
    rows = []
    for asked in (round(target + more, 4) for more in DEARER):
        if asked > HIGHEST:
            break
        found = [taken(asked, judges, place == 0) for place, judges in enumerate(draws)]
        shares = np.array([images / pool for images, _ in found])
        low, high = np.quantile(shares[1:], [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        rows.append(Forecast(asked, float(shares[0]), float(low), float(high), found[0][1]))
    return rows

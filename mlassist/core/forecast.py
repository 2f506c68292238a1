"""What share of the images left the machine may take in the end, with an interval, per target."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlassist.core.calibration import audit_budget, candidate_sets

RESAMPLES = 100  # of the judging images; the interval's ends move by a hundredth of the pool
INTERVAL = 0.80
DEARER = (0.0, 0.05, 0.10)  # above the job's target, to show what a higher one would cost
HIGHEST = 0.99


@dataclass(frozen=True)
class Forecast:
    """At one target: share of the pool that would be accepted, its interval, and the checks."""

    target: float
    share: float
    low: float
    high: float
    checks: int  # that a proof is planned with; 0 where nothing is acceptable


def forecast(
    pool: np.ndarray,
    known: np.ndarray,
    quality: np.ndarray,
    target: float,
    target_of: Callable[[float, int], float],
    level: float,
    seed: int = 0,
) -> list[Forecast]:
    """For the job's target and some higher ones.

    `pool` (m,), `known` (n,): confidences of the images left and of those that judge the
    detector, `quality` (n,) of the latter. `target_of`(target, size) is what a set of so many
    images must reach. The interval is the middle 80 % over resampled judging images: it knows
    nothing of what a later detector will learn, and of labels that are wrong themselves.
    """
    if not len(pool) or not len(known):
        return []
    rng = np.random.default_rng(seed)
    draws = [np.arange(len(known)), *rng.integers(0, len(known), (RESAMPLES, len(known)))]
    rows = []
    for asked in (round(target + more, 4) for more in DEARER):
        if asked > HIGHEST:
            break

        def wanted(size: int, asked: float = asked) -> float:
            return target_of(asked, size)

        sets = [
            candidate_sets(pool, known[d], quality[d], asked, level=level, target_of=wanted)
            for d in draws
        ]
        shares = np.array([s[-1].size / len(pool) if s else 0.0 for s in sets])
        low, high = np.quantile(shares[1:], [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        checks = 0
        if sets[0]:
            last = sets[0][-1]
            gap = last.estimate - wanted(last.size)
            checks = audit_budget(last.spread, gap, last.size, level)
        rows.append(Forecast(asked, float(shares[0]), float(low), float(high), checks))
    return rows

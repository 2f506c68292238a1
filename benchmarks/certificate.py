"""How often the betting test certifies a set that misses the target, and what is left unchecked."""

from collections.abc import Iterator

import numpy as np

from benchmarks.figures import Figure, Goal
from labeling.core import certificate
from labeling.core.audit_plan import Plan

SETS, IMAGES, BUDGET = 2000, 150, 80
TARGET, LEVEL = 0.75, 0.10
LOOK_EVERY = 10  # audits between two looks at the result


def pool(rng: np.random.Generator, mean: float) -> np.ndarray:
    """Qualities of one set with exactly this mean: good boxes around .9, misses around .3."""
    good = rng.random(IMAGES) < (mean - 0.3) / 0.6
    values = np.where(good, rng.beta(18, 2, IMAGES), rng.beta(3, 7, IMAGES))
    return np.clip(values + (mean - values.mean()), 0, 1)


def audited(values: np.ndarray) -> tuple[bool, int]:
    """Whether the set was certified, and after how many audits."""
    plan = Plan(
        np.zeros(IMAGES, int), np.array([IMAGES]), np.array([TARGET]), LEVEL, ((0, BUDGET),)
    )
    for count in range(LOOK_EVERY, BUDGET + 1, LOOK_EVERY):
        result = certificate.run_test(plan, values[:count].tolist())
        if result.decided_after is not None:
            return True, result.decided_after
    return False, BUDGET


def rates(mean: float, seed: int) -> tuple[float, float, float]:
    """Share certified; share whose mean is below target; the same of the unchecked rest.

    The last two count certified sets only, as shares of all sets.
    """
    rng = np.random.default_rng(seed)
    certified = below = rest_below = 0
    for _ in range(SETS):
        values = rng.permutation(pool(rng, mean))
        passed, drawn = audited(values)
        certified += passed
        below += passed and values.mean() < TARGET
        rest_below += passed and values[drawn:].mean() < TARGET
    return certified / SETS, below / SETS, rest_below / SETS


def run() -> Iterator[Figure]:
    """2,000 sets just below the target (the level), and 2,000 a little above it (the power)."""
    _, below, rest = rates(TARGET - 1e-6, seed=0)
    limit = round(LEVEL + 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / SETS)), 4)  # of 2,000 tries
    yield Figure("sets below target certified", below, "share", Goal("<=", limit))
    yield Figure("their unchecked rest below target", rest, "share of sets")
    certified, _, rest = rates(TARGET + 0.06, seed=1)
    yield Figure("sets .06 above target certified", certified, "share")
    yield Figure("their unchecked rest below target (above)", rest, "share of sets")

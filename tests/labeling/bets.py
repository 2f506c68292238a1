"""Plans of a single test and pools of qualities, for tests of the bets."""

import numpy as np

from labeling.certification.core import nested_test
from labeling.certification.core.audit_plan import Plan
from tests import papers

TARGET, LEVEL = 0.75, 0.10


def plan_of(ranks: np.ndarray, sets: int, budget: int, level: float = LEVEL) -> Plan:
    sizes = np.array([(ranks <= j).sum() for j in range(sets)])
    known = papers.expecting(len(ranks), [0.9] * 8 + [0.3] * 2, sets)
    return Plan(ranks, sizes, np.full(sets, TARGET), level, ((0, budget),), expected=known)


def pool(rng: np.random.Generator, size: int, mean: float) -> np.ndarray:
    """Bimodal qualities with exactly this mean: good boxes around .9, misses around .3."""
    good = rng.random(size) < (mean - 0.3) / 0.6
    values = np.where(good, rng.beta(18, 2, size), rng.beta(3, 7, size))
    return np.clip(values + (mean - values.mean()), 0, 1)


def as_used(plan: Plan, values: np.ndarray) -> tuple[int, int]:
    """Sets certified and draws made, looking after every draw and stopping when done.

    One look at all of them tells what each earlier look would have seen: the next test.
    """
    result = nested_test.run_test(plan, values[: plan.budget].tolist())
    return len(result.shown), result.decided_after or plan.budget


def added_to(plan: Plan, values: list[float], most: int) -> Plan:
    return nested_test.extended(
        plan, len(values), most, lambda p: nested_test.run_test(p, values[: p.budget])
    )

"""Where a chain of nested sets should begin, how many checks it gets, how many are added.

Pictures are good (quality about .84) or bad (about .3), good ones the likelier the surer; six kinds
of jobs (docs/algorithms.md 1.3). Figures are images taken net of those that people
checked, of POOL; the product begins at half of the loosest set, plans all checks, and adds some
while they speak for a set (labeling.certification.core.nested_test.extended).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.certificate import expected, proved
from benchmarks.figures import Figure
from labeling.certification.core.audit_plan import Plan, level_of
from labeling.certification.core.nested_test import run_test
from mlassist.calibration.core.proof_chances import usual_checks
from mlassist.calibration.core.thresholds import MARGIN, CandidateSet, options

JOBS, POOL, LEVEL, CHECKS, SETS = 60, 600, level_of(1, 0.10), 120, 6
# Steepness and middle of the chance to be good, targets below and at what is hard to reach
KINDS = {
    "weak": (6.0, 0.72, (0.50, 0.60)),
    "medium": (7.0, 0.45, (0.65, 0.75)),
    "strong": (6.0, 0.12, (0.65, 0.75)),
}
KNOWN = (60, 200)
STARTS = (0.3, 0.5, 0.7, 0.85, 1.0)  # share of the loosest set in the strictest
PRODUCT = 0.5
BUDGETS: dict[str, tuple[int | None, bool]] = {  # checks planned; whether the rule adds some
    f"{CHECKS} checks and added ones": (CHECKS, True),
    f"{CHECKS} checks": (CHECKS, False),
    "200 checks": (200, False),
    "checks as estimated": (None, False),
}


def run() -> Iterator[Figure]:
    """For each kind of job and number of known pictures, each start and each budget."""
    for name, (steepness, middle, targets) in KINDS.items():
        for target in targets:
            for known in KNOWN:
                kind = f"{name}, target {target}, {known} known"
                usual, *others = BUDGETS
                tried = [(start, usual) for start in STARTS] + [(PRODUCT, o) for o in others]
                rng = np.random.default_rng([known, round(100 * target)])
                jobs = [_pictures(rng, known + POOL, steepness, middle) for _ in range(JOBS)]
                for start, checks in tried:
                    net = [_net(job, known, target, start, *BUDGETS[checks]) for job in jobs]
                    yield Figure(f"{kind}, from {start}, {checks}", float(np.mean(net)), "images")


def _pictures(
    rng: np.random.Generator, count: int, steepness: float, middle: float
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence and quality of pictures in random order, each (n,) in [0, 1]."""
    confidence = rng.beta(3, 1.6, count)
    good = rng.random(count) < 1 / (1 + np.exp(-steepness * (confidence - middle)))
    bad = np.where(rng.random(count) < 0.3, 0.0, rng.beta(3, 4, count))
    return confidence, np.where(good, rng.beta(18, 3.5, count), bad)


def _net(
    job: tuple[np.ndarray, np.ndarray],
    known: int,
    target: float,
    start: float,
    planned: int | None,
    adds: bool,
) -> int:
    """Images that the machine takes and nobody looked at; the first `known` judge."""
    confidence, quality = job
    found = options(confidence[known:], confidence[:known], quality[:known])
    sets = _chain(found, target, start)
    if not sets:
        return 0
    last = sets[-1]
    checks = planned or usual_checks(last.spread, last.estimate, target, last.size, LEVEL)
    ranks = (confidence[known:, None] < np.array([one.threshold for one in sets])).sum(1)
    order = np.flatnonzero(ranks < len(sets))  # the pictures are in random order
    plan = Plan(
        ranks[order],
        np.array([one.size for one in sets]),
        np.full(len(sets), target),
        LEVEL,
        ((0, checks),),
        expected=expected(confidence[known:][order], confidence[:known], quality[:known], sets),
    )
    values = quality[known:][order].tolist()
    plan, test = proved(plan, values) if adds else (plan, run_test(plan, values[: plan.budget]))
    if not test.shown:
        return 0
    seen = test.decided_after or plan.budget
    return plan.images(test.shown) - int((plan.ranks[:seen] <= max(test.shown)).sum())


def _chain(found: Sequence[CandidateSet], target: float, start: float) -> list[CandidateSet]:
    """Sets from `start` times the loosest good one to that, as the product chooses them."""
    good = [i for i, one in enumerate(found) if one.estimate + one.error >= target + MARGIN]
    if not good:
        return []
    first = next(i for i in good if found[i].size >= start * found[good[-1]].size)
    places = np.unique(np.linspace(first, good[-1], SETS).round().astype(int))
    return [found[i] for i in places]

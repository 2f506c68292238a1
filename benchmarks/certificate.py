"""How often the betting test certifies a set that misses the target, and what is left unchecked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.figures import Figure, Goal
from labeling.certification.core import nested_test
from labeling.certification.core.audit_plan import Plan, level_of
from labeling.certification.core.expected import Expected, expected_of
from mlassist.calibration.core import thresholds
from mlassist.calibration.core.thresholds import CandidateSet

SETS, IMAGES, BUDGET = 2000, 150, 80
TARGET, LEVEL = 0.75, 0.10
POOL, KNOWN, CHECKS = 300, 100, 120  # of a simulated job: pictures, and most audits
LOOK_EVERY = 10  # audits between two looks at the result


def proved(plan: Plan, values: Sequence[float]) -> tuple[Plan, nested_test.Wealth]:
    """The plan with the checks that its draws earn, and what they show, as a closing round does it.

    `values`: of the locked order.
    """

    def seen(plan: Plan) -> nested_test.Wealth:
        return nested_test.run_test(plan, values[: plan.budget])

    most = nested_test.MOST_TIMES * plan.budget
    plan = nested_test.extended(plan, len(values), most, seen)
    return plan, seen(plan)


def expected(
    confidence: np.ndarray, known: np.ndarray, quality: np.ndarray, sets: Sequence[CandidateSet]
) -> Expected:
    """What the bets on nested sets start from: `confidence` of the locked order, `known` and
    `quality` of the calibration images."""
    inside = [known >= one.threshold for one in sets]
    return Expected.of(
        confidence.tolist(), [expected_of(known[own], quality[own]) for own in inside]
    )


def expected_alone(images: int, quality: np.ndarray) -> Expected:
    """The same of one set of so many images, whose confidences say nothing."""
    return Expected.of([0.0] * images, [expected_of(np.zeros(len(quality)), quality)])


def pool(rng: np.random.Generator, mean: float) -> np.ndarray:
    """Qualities of one set with exactly this mean: good boxes around .9, misses around .3."""
    good = rng.random(IMAGES) < (mean - 0.3) / 0.6
    values = np.where(good, rng.beta(18, 2, IMAGES), rng.beta(3, 7, IMAGES))
    while abs(missing := mean - values.mean()) > 1e-9:  # the clipping takes some of it back
        values = np.clip(values + missing, 0, 1)
    return values


def audited(values: np.ndarray, known: np.ndarray) -> tuple[bool, int]:
    """Whether the set was certified, and after how many audits; `known`: calibration qualities."""
    plan = Plan(
        np.zeros(IMAGES, int),
        np.array([IMAGES]),
        np.array([TARGET]),
        LEVEL,
        ((0, BUDGET),),
        expected=expected_alone(IMAGES, known),
    )
    for count in range(LOOK_EVERY, BUDGET + 1, LOOK_EVERY):
        result = nested_test.run_test(plan, values[:count].tolist())
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
        passed, drawn = audited(values, pool(rng, TARGET + 0.06))
        certified += passed
        below += passed and values.mean() < TARGET
        rest_below += passed and values[drawn:].mean() < TARGET
    return certified / SETS, below / SETS, rest_below / SETS


@dataclass(frozen=True)
class Pictures:
    """Quality and confidence of drawn pictures, each (n,) in [0, 1]."""

    quality: np.ndarray
    confidence: np.ndarray


def pictures(rng: np.random.Generator, count: int, gain: float) -> Pictures:
    """Some easy, some hard; the confidence tells them apart half-way; `gain`: mean quality added
    by later training."""
    ease = rng.random(count)
    mean = np.clip(0.45 + gain + 0.5 * ease, 0.05, 0.95)
    quality = rng.beta(5 * mean, 5 * (1 - mean))
    return Pictures(quality, np.clip(ease + rng.normal(0, 0.2, count), 0, 1))


def broken(rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether one job of up to three closing rounds certified a set, and one below its target.

    Sets are chosen by the product's own rules on 100 known pictures, attempt k is
    tested at its share of the risk, and what one round leaves is tried again by a better detector.
    """
    gain = rng.uniform(-0.05, 0.05)
    for attempt in (1, 2, 3):
        level = level_of(attempt, LEVEL)
        pool, known = pictures(rng, POOL, gain), pictures(rng, KNOWN, gain)
        sets = thresholds.candidate_sets(
            pool.confidence, known.confidence, known.quality, TARGET, doubt=1.0
        )
        gain += 0.02
        if not sets:
            continue
        last = sets[-1]
        order = rng.permutation(np.flatnonzero(pool.confidence >= last.threshold))
        floors = np.array([s.threshold for s in sets])
        ranks = (pool.confidence[order][:, None] < floors).sum(1)
        sizes = np.array([s.size for s in sets])
        plan = Plan(ranks, sizes, np.full(len(sets), TARGET), level, ((0, CHECKS),))
        bets = expected(pool.confidence[order], known.confidence, known.quality, sets)
        plan = replace(plan, expected=bets)
        shown = proved(plan, pool.quality[order].tolist())[1].shown
        if shown:
            return True, bool(pool.quality[order][ranks <= shown[-1]].mean() < TARGET)
    return False, False


def run() -> Iterator[Figure]:
    """2,000 sets just below the target (the level), 2,000 a little above it (the power), and 2,000
    whole jobs."""
    _, below, rest = rates(TARGET - 1e-6, seed=0)
    limit = round(LEVEL + 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / SETS)), 4)  # of 2,000 tries
    yield Figure("sets below target certified", below, "share", Goal("<=", limit))
    yield Figure("their unchecked rest below target", rest, "share of sets")
    certified, _, rest = rates(TARGET + 0.06, seed=1)
    yield Figure("sets .06 above target certified", certified, "share")
    yield Figure("their unchecked rest below target (above)", rest, "share of sets")
    rng = np.random.default_rng(2)
    proved, wrong = np.mean([broken(rng) for _ in range(SETS)], 0)
    yield Figure("jobs of several rounds that certify", proved, "share")
    yield Figure("jobs with a false certificate", wrong, "share", Goal("<=", limit))

"""The test behind a certificate: which nested sets the draws show, and bounds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.betting import WEALTH_LIMIT, make_bets
from labeling.certification.core.exact_test import exact_path

# A sound set that fails goes to people whole, which costs far more than checks: planned for .98
# instead of .90 a simulated job (740 images, .05, gap .07) certified .73 of its pool instead of .54
# for 71 checks instead of 51.
POWER = 0.98
# Of the planned checks, added while they speak for a set: 720 simulated jobs of twelve kinds took
# 354 images net of checks instead of 340 (at least as many in each kind, 162 instead of 127 and 469
# instead of 417 in two hard ones); with 200 checks from the start 339 (benchmarks.planning).
ADDED_SHARE = 0.5
WORTH = 2  # images to win for each check that is added
MOST_TIMES = 2  # the planned checks
BOUND_STEPS = 200  # of bounds: finer than any page shows


@dataclass(frozen=True)
class Wealth:
    """Where the test stands after a prefix of the locked order."""

    path: np.ndarray  # (n, J) wealth after each draw
    wealth: np.ndarray  # (J,) now
    shown: tuple[int, ...]  # the sets that are shown, rising
    waiting: tuple[int, ...]  # the sets that the next draws may show
    decided_after: int | None  # draws until all sets were shown

    @property
    def complete(self) -> bool:
        """Whether all sets are shown."""
        return self.decided_after is not None

    @property
    def stuck(self) -> bool:
        """Whether no further draw can show anything more."""
        return not any(self.wealth[rank] for rank in self.waiting)


def run_test(plan: Plan, values: Sequence[float], totals: np.ndarray | None = None) -> Wealth:
    """Test the sets' means against their targets, draw by draw, strict to loose.

    `values`: of the first images of the locked order, without gaps, in [0, 1]. `totals`: (J,)
    null sums, by default size x target. Each set's wealth reaches 1/level with probability at
    most level while its mean is at most the target, whenever one looks; the first set that does
    not ends the chain. Sets that are `per_class` are tested by Holm's rule instead, so that with
    probability at most level any of those shown is below its target.
    """
    totals = plan.sizes * plan.targets if totals is None else totals
    sets = len(plan.sizes)
    # Holm asks most of the first set: 1/level times their number, so that is what bets aim at.
    tested = replace(plan, level=plan.level / sets) if plan.per_class and sets else plan
    path = (
        exact_path(tested, values, totals) if plan.exact else make_bets(tested, values, totals).path
    )
    known = _known(plan, values, totals)
    for rank, last in known.items():
        path[last:, rank] = WEALTH_LIMIT
    wealth = path[-1] if len(path) else np.ones(sets)
    # rounding must not turn away a wealth that is the goal exactly
    reached = np.maximum.accumulate(path, 0) * (1 + 1e-12)
    if plan.per_class:
        shown, complete = _by_holm(reached, plan.level)
        waiting = tuple(rank for rank in range(sets) if rank not in shown)
    else:
        full = reached >= 1 / plan.level
        chain = sets if full.any(0).all() else int(np.argmin(full.any(0)))
        # what is known needs no test, so no stricter set that fails takes it away
        chain = max([chain, *(rank + 1 for rank in known)])
        shown, complete = tuple(range(chain)), np.asarray(full.all(1))
        if sets - 1 in known:
            complete[known[sets - 1] :] = True
        waiting = (chain,) if chain < sets else ()
    decided_after = int(complete.argmax()) + 1 if sets and complete.any() else None
    return Wealth(path, wealth, shown, waiting, decided_after)


def _known(plan: Plan, values: Sequence[float], totals: np.ndarray) -> dict[int, int]:
    """The sets of which every image was checked and whose sum is at least its total, with the place
    of the last draw: nothing about them is left to chance."""
    inside = plan.holds(len(values))
    whole = np.flatnonzero((inside.sum(0) == plan.sizes) & (plan.sizes > 0))
    found = {}
    for rank in whole.tolist():
        own = inside[:, rank]
        if float(np.asarray(values)[own].sum()) >= totals[rank] - 1e-9:
            found[rank] = int(np.flatnonzero(own)[-1])
    return found


def _by_holm(reached: np.ndarray, level: float) -> tuple[tuple[int, ...], np.ndarray]:
    """The sets shown at the end, and (n,) whether all are after each draw.

    `reached`: (n, J) highest wealth so far; 1 over it is a valid p-value at any time (Ville), and
    Holm's step-down holds however the sets depend on each other.
    """
    sets = reached.shape[1]
    goals = np.arange(sets, 0, -1) / level
    passed = -np.sort(-reached, axis=1) >= goals
    if not len(passed):
        return (), np.zeros(0, bool)
    many = int(np.cumprod(passed[-1]).sum())
    best = np.argsort(-reached[-1], kind="stable")
    return tuple(sorted(best[:many].tolist())), np.asarray(passed.all(1))


def extended(plan: Plan, drawn: int, most: int, seen: Callable[[Plan], Wealth]) -> Plan:
    """The plan with the checks that its draws have earned.

    Each time the checks of the plan are used up and speak for a set that they do not show yet, half
    as many as were planned are added, to at most `most` in all, if there are twice as many images
    to win. They cost what labelling the same images would, and save a sound set from failing by a
    little; the wealth goes on, so the level holds. `drawn`: how many draws there are; `seen(plan)`:
    what the first plan.budget of them show, so that a later draw never changes what was added.
    """
    most = min(most, len(plan.ranks))
    more = math.ceil(plan.budgets[0][1] * ADDED_SHARE)
    while plan.budget < most and drawn >= plan.budget:
        if _still_to_win(plan, seen(plan)) < WORTH * more:
            break
        longer = (plan.budget, min(plan.budget + more, most))
        plan = replace(plan, budgets=(*plan.budgets, longer))
    return plan


def _still_to_win(plan: Plan, test: Wealth) -> int:
    """Images that sets which are not shown could add, where the draws speak for these."""
    hopeful = [rank for rank in test.waiting if test.wealth[rank] >= 1]
    if plan.per_class:
        return plan.images(hopeful)
    return int(plan.sizes[-1]) - plan.images(test.shown) if hopeful else 0


def draws_wanted(spread: float, gap: float, size: int, level: float, power: float = POWER) -> int:
    """Draws that show a set of `size` images at `level` with this power (docs/algorithms.md 1.4):
    m = (z_level + z_power)^2 sd^2 / gap^2 (1 - m / M); 6.6 sd^2 / gap^2 at .10 and .90.

    `spread`: sd of the quality of one image, `gap`: mean quality - target, above 0.
    """
    endless = float(ndtri(1 - level) + ndtri(power)) ** 2 * spread**2 / gap**2
    return math.ceil(endless / (1 + endless / size) - 1e-9) if size else 0


def lower_bound(plan: Plan, values: Sequence[float], rank: int, level: float) -> float:
    """Largest mean of set `rank` that the draws still rule out from below, at `level`, in [0, 1].

    For the page: how far the proof is, beside the observed mean and the target.
    """
    size = int(plan.sizes[rank])
    return _largest_rejected(plan, values, rank, level, lambda mean: mean * size)


def weakest_bound(plan: Plan, values: Sequence[float]) -> float:
    """Lower bound, in [0, 1], of what is hardest to show: the loosest set, or the worst class."""
    if not plan.per_class:
        return lower_bound(plan, values, len(plan.sizes) - 1, plan.level)
    share = plan.level / len(plan.sizes)
    return min(lower_bound(plan, values, rank, share) for rank in range(len(plan.sizes)))


def rest_bound(plan: Plan, values: Sequence[float], rank: int) -> float:
    """Lower bound of the mean of the unchecked rest of set `rank`, at level / J, in [0, 1].

    The stopping rule can flatter the rest, so its bound is separate (docs/algorithms.md 1.6):
    reject every set total <= checked sum + unchecked · t.
    """
    inside = plan.holds(len(values))[:, rank]
    checked_sum = float(np.asarray(values)[inside].sum())
    rest = int(plan.sizes[rank]) - int(inside.sum())
    if rest <= 0:
        return 1.0
    level = plan.level / len(plan.sizes)
    return _largest_rejected(plan, values, rank, level, lambda mean: checked_sum + rest * mean)


def _largest_rejected(
    plan: Plan,
    values: Sequence[float],
    rank: int,
    level: float,
    total_of: Callable[[np.ndarray], np.ndarray],
) -> float:
    """`total_of`: null sums of means. The bets are those against the set's own target, so that the
    bound of a set that is shown is never below it."""
    one, totals = plan.of_set(rank, level), total_of(np.arange(BOUND_STEPS + 1) / BOUND_STEPS)
    if not one.exact:
        checked = np.array(values)[one.holds(len(values))[:, 0]]
        bets = make_bets(one, values, one.sizes * one.targets)
        highest = bets.highest(0, int(one.sizes[0]), totals[1:], np.array(values))
        rejected = highest * (1 + 1e-12) >= 1 / level
        if len(checked) == one.sizes[0]:  # nothing is left to chance
            rejected |= totals[1:] <= checked.sum() + 1e-9
        return int(np.cumprod(rejected).sum()) / BOUND_STEPS
    low, high = 0, BOUND_STEPS
    while low < high:
        middle = (low + high + 1) // 2
        shown = run_test(one, values, totals[middle : middle + 1]).complete
        low, high = (middle, high) if shown else (low, middle - 1)
    return low / BOUND_STEPS

"""The exact test for values of 0 and 1: the share of images without a defect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.betting import WEALTH_LIMIT

_ROUNDING = 1e-9


def fewest_checks(size: int, target: float, level: float) -> int:
    """Images without a defect, and nothing else drawn, that show a share of `target` or more.

    The least h with which at most floor(target size) good images give h good draws with probability
    <= level: fewer checks cannot show it, whatever they find.
    """
    good = int(np.floor(target * size + _ROUNDING))
    chance, drawn = 1.0, 0
    while drawn < size and chance > level:
        chance *= (good - drawn) / (size - drawn)
        drawn += 1
    return drawn


def exact_path(plan: Plan, values: Sequence[float], totals: np.ndarray) -> np.ndarray:
    """(n, J) wealth of each set after each draw; arguments as for betting.make_bets.

    The test of fixed length rejects if at least c of the h draws of a set are good, c the least
    number that at most floor(total) good images reach with probability <= level. Its wealth is
    the price of that event, P(reach c | drawn so far), over the price at the start: a martingale
    at the edge of the null and a supermartingale inside, exact at the horizon, valid when looked
    at after every draw. Where the budget is raised, the wealth is staked anew on the longer
    horizon.
    """
    member = plan.holds(len(values))
    left = plan.draws_left(len(values))
    path = np.ones((len(values), len(plan.sizes)))
    for rank, size in enumerate(plan.sizes):
        drawn = np.flatnonzero(member[:, rank])
        if not len(drawn):
            continue
        good = np.asarray(values)[drawn].round().astype(int)
        null = int(np.floor(totals[rank] + _ROUNDING))
        own = _one_set(good, left[drawn, rank].astype(int), int(size), null, plan.level)
        after = np.searchsorted(drawn, np.arange(len(values)), side="right")
        path[:, rank] = np.concatenate([[1.0], own])[after]
    return path


def _one_set(good: np.ndarray, left: np.ndarray, size: int, null: int, level: float) -> np.ndarray:
    """(n,) wealth after each of the set's own draws; `left`: draws from each on, itself counted."""
    draws = np.arange(len(good))
    found = np.concatenate([[0], np.cumsum(good)])
    horizons = draws + left
    path, wealth, start = np.ones(len(good)), 1.0, 0
    while start < len(good) and wealth < 1 / level:
        end = start + int((horizons[start:] == horizons[start]).argmin() or len(good) - start)
        stake = _Stake.make(int(found[start]), start, int(horizons[start]), size, null)
        path[start:end] = stake.after(
            found[start + 1 : end + 1], draws[start:end] + 1, level, wealth
        )
        wealth, start = float(path[end - 1]), end
    path[start:] = wealth
    full = np.flatnonzero(path >= 1 / level)
    if len(full):  # what is shown stays shown
        path[full[0] :] = path[full[0]]
    return path


@dataclass(frozen=True)
class _Stake:
    """The prices, from one draw on, of reaching each number of good draws by the horizon."""

    found: int
    horizon: int
    size: int
    null: int
    prices: np.ndarray  # of found, found + 1, ... good draws

    @classmethod
    def make(cls, found: int, drawn: int, horizon: int, size: int, null: int) -> "_Stake":
        empty = cls(found, horizon, size, null, np.empty(0))
        more = np.arange(horizon - drawn + 1)
        return replace(empty, prices=empty.chance(more, np.array(found), np.array(drawn)))

    def chance(self, more: np.ndarray, found: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """P(`more` good draws or more until the horizon), for as many good images as the null
        allows and the draws so far leave possible."""
        from scipy.stats import hypergeom  # takes longer to load than Django, and few jobs need it

        rest = self.size - drawn
        good = np.clip(self.null - found, 0, rest)
        return np.asarray(hypergeom.sf(more - 1, rest, good, self.horizon - drawn))

    def after(
        self, found: np.ndarray, drawn: np.ndarray, level: float, wealth: float
    ) -> np.ndarray:
        """(n,) `wealth` staked on the cheapest event that pays 1/level, as the draws go on.

        Where only the impossible is so cheap, or nothing, the wealth waits.
        """
        cheap = np.flatnonzero(self.prices <= level * wealth)
        price = self.prices[cheap[0]] if len(cheap) else 0.0
        after = np.full(len(found), wealth)
        if price > 0:
            after = wealth * self.chance(self.found + cheap[0] - found, found, drawn) / price
        return np.where(found > self.null, WEALTH_LIMIT, np.minimum(after, WEALTH_LIMIT))

"""Bets on a mean being above its target: the wealth behind proofs and revokes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.expected import KNOWN

ROOT_TWO_PI = float(np.sqrt(2 * np.pi))
CAP = 0.95  # largest share of the wealth one draw may cost
# Of the lead over the null mean that a bet trusts in. Sets .06 above the target whose images are
# either .9 or .3 (400, level .10) were shown in .87 of the runs by 52 checks; with the whole lead
# in .84 by 50, with half of it in .87 by 57 (before one of the expected values was 0).
EDGE = 0.75
HALVINGS = 6  # of the interval that holds the fastest-growing bet
TOGETHER = 32  # draws whose bets are found at once: few compared with what was seen before them
LEAST = 1e-300  # has a logarithm; hundreds of bad draws leave less of the wealth
WEALTH_LIMIT = 1e12  # a sum that rules the null out altogether; JSON knows no infinity
MONITORING_BETS = 20
MONITORING_WEALTH = 20.0  # rejects at 5 % over the life of the set


@dataclass(frozen=True)
class Bets:
    """The bets on J sets at n draws, and what they won; stakes outside a set are 0."""

    path: np.ndarray  # (n, J) wealth after each draw
    stakes: np.ndarray  # (n, J) at least 0
    gains: np.ndarray  # (n, J) value less what its confidence foretold
    lowest: np.ndarray  # (n, J) how far below 0 a gain could be
    members: np.ndarray  # (n, J) bool: which sets hold each draw

    def highest(self, rank: int, size: int, totals: np.ndarray, values: np.ndarray) -> np.ndarray:
        """(P,) highest wealth of the same stakes on set `rank` of `size` images against each of the
        null sums `totals` (P,); `values`: (n,) of the draws.

        It never rises with the null sum, so what is rejected has one end.
        """
        inside = np.flatnonzero(self.members[:, rank])
        before = np.concatenate([[0.0], np.cumsum(values[inside])[:-1]])
        null = (totals[:, None] - before) / np.maximum(size - np.arange(len(inside)), 1)
        limit = CAP / np.maximum(null + self.lowest[inside, rank], 1e-9)
        stakes = np.minimum(self.stakes[inside, rank], limit)
        factors = np.where(null < 0, WEALTH_LIMIT, 1 + stakes * (self.gains[inside, rank] - null))
        with np.errstate(over="ignore"):
            return np.asarray(np.cumprod(factors, 1).max(1, initial=1))


def make_bets(plan: Plan, values: Sequence[float], totals: np.ndarray) -> Bets:
    """Bet on each set at each draw (docs/algorithms.md 1.2).

    `values`: quality in [0, 1] of the first images of the locked order, without gaps. `totals`:
    (J,) null sums of quality. Sampling without replacement from finite sets: the wealth is a
    nonnegative supermartingale while a set's sum is at most its total. It stays as it is once it
    has reached 1/level; the stakes go on, for the bounds.
    """
    expected = plan.expected
    if expected is None:
        raise ValueError("A plan without `expected` has no bets to start from.")
    count = len(values)
    everyone, draws_left = plan.holds(len(plan.ranks)), np.maximum(plan.draws_left(count), 1)
    path = np.ones((count, len(plan.sizes)))
    stakes, gains, lowest = (np.zeros_like(path) for _ in range(3))
    for rank, size in enumerate(plan.sizes):
        own = np.flatnonzero(everyone[:count, rank])
        value, sure = np.asarray(values, float)[own], expected.confidence[own]
        of_all = expected.confidence[everyone[:, rank]]
        left = np.maximum(size - np.arange(len(own)), 1)
        null = (totals[rank] - _before(value)) / left
        mean_left = (of_all.sum() - _before(sure)) / left
        slopes = np.array([[0.0], [expected.slopes[rank]]])
        below = slopes * (of_all.max(initial=0) - mean_left)
        gain = value - slopes * (sure - mean_left)
        known = np.stack([expected.values[rank], expected.controlled[rank]])
        best = _fastest(np.concatenate([known, gain], 1), null, below)
        wealth, stake, way = _staked(best, gain - null, null, draws_left[own, rank], plan.level)
        stakes[own, rank] = stake
        gains[own, rank] = np.where(way, gain[1], gain[0])
        lowest[own, rank] = np.where(way, below[1], below[0])
        drawn = np.searchsorted(own, np.arange(count), side="right")
        path[:, rank] = np.concatenate([[1.0], wealth])[drawn]
    return Bets(path, stakes, gains, lowest, everyone[:count])


def _before(values: np.ndarray) -> np.ndarray:
    """(m,) sum of the values before each."""
    return np.concatenate([[0.0], np.cumsum(values)])[: len(values)]


@dataclass(frozen=True)
class _Fastest:
    """Of m draws from a set, the bets that would have grown fastest before each of them.

    In two ways: 0 on the value, 1 on the value less what its confidence foretells.
    """

    stakes: np.ndarray  # (2, m)
    growth: np.ndarray  # (2, m) mean log growth of a draw
    limits: np.ndarray  # (2, m) of stakes: no draw costs more than CAP of the wealth
    variance: np.ndarray  # (m,) of what was seen in way 1


def _fastest(seen: np.ndarray, null: np.ndarray, lowest: np.ndarray) -> _Fastest:
    """The Kelly bets at each draw. None depends on the wealth, so they are found together.

    `seen`: (2, KNOWN + m) values to be expected and drawn, in the two ways; `null`: (m,) mean of
    the rest under the null; `lowest`: (2, m) how far below 0 a value can be.
    """
    stakes, growth, limits = (np.zeros_like(lowest) for _ in range(3))
    variance = np.zeros_like(null)
    seen = np.pad(seen, ((0, 0), (0, TOGETHER)))  # sums so long that no later draw changes a digit
    for first in range(0, len(null), TOGETHER):
        some, before = slice(first, first + TOGETHER), KNOWN + first
        counts = np.tri(len(null[some]), before + TOGETHER, before - 1)  # what precedes each draw
        many = counts.sum(-1)
        so_far = seen[:, None, : before + TOGETHER]
        above = (np.maximum(so_far, -lowest[:, some, None]) - null[some, None]) * counts
        worst = np.maximum(null[some] + lowest[:, some], 1e-9)
        lead = np.maximum(above.sum(-1) / many, 0)[..., None] * counts
        trusted = np.maximum(above - (1 - EDGE) * lead, -worst[..., None])
        low, high = np.zeros_like(worst), CAP / worst
        limits[:, some] = high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            rises = (trusted / (1 + middle[..., None] * trusted)).sum(-1) > 0
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        stakes[:, some] = low
        growth[:, some] = np.log1p(low[..., None] * above).sum(-1) / many
        mean = (so_far[1] * counts).sum(-1) / many
        variance[some] = ((so_far[1] - mean[:, None]) ** 2 * counts).sum(-1) / many
    return _Fastest(stakes, growth, limits, variance)


def _staked(
    best: _Fastest, above: np.ndarray, null: np.ndarray, draws_left: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(m,) the wealth after each draw, what was staked on it and in which way.

    `above`: (2, m) gains less the null mean; `null`: (m,); `draws_left`: (m,) this one included.

    The better of the two ways. Where it would not arrive with the draws that are left, the hedge
    of an option that pays what is wanted at the last of them.
    """
    better = (best.growth[1] > best.growth[0]).astype(int)
    spread = np.sqrt(np.maximum(best.variance, 1e-4) * draws_left)
    path, stakes, ways, wealth = np.ones(len(null)), np.zeros(len(null)), better.copy(), 1.0
    for i, way in enumerate(better):
        stakes[i] = best.stakes[way, i]
        if best.growth[way, i] * draws_left[i] < -math.log(max(level * wealth, LEAST)):
            option = min(max(level * wealth, 1e-9), 0.999)
            density = math.exp(-(ndtri(option) ** 2) / 2) / ROOT_TWO_PI
            stakes[i] = min(density / (option * spread[i]), best.limits[1, i])
            ways[i] = 1
        if wealth < 1 / level:
            # A negative null mean cannot be: the sum so far already exceeds what the null allows.
            grown = wealth * (1 + stakes[i] * above[ways[i], i]) if null[i] >= 0 else WEALTH_LIMIT
            wealth = min(grown, WEALTH_LIMIT)
        path[i] = wealth
    return path, stakes, ways


def monitoring_wealth(values: Sequence[float], size: int, most: float) -> np.ndarray:
    """Wealth against "the mean of the `size` values is at most `most`" after each draw, (n,).

    Average of constant bets without replacement (Waudby-Smith & Ramdas); anytime valid, so what
    reaches MONITORING_WEALTH is wrong in at most 5 % of the sets, however long one looks.
    """
    bets = np.arange(1, MONITORING_BETS + 1) / (MONITORING_BETS + 1)
    wealth, total = np.ones(MONITORING_BETS), 0.0
    path = np.ones(len(values))
    for i, value in enumerate(values):
        null = (size * most - total) / max(size - i, 1)
        if null < 0:
            wealth = np.full(MONITORING_BETS, WEALTH_LIMIT)
        else:
            wealth = wealth * (1 + bets / max(null, 1e-9) * (value - null))
        wealth = np.minimum(wealth, WEALTH_LIMIT)
        total += value
        path[i] = wealth.mean()
    return path

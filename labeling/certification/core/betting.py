"""Bets on a mean being above its target: the wealth behind proofs and revokes."""

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
WEALTH_LIMIT = 1e12  # a sum that rules the null out altogether; JSON knows no infinity
MONITORING_BETS = 20
REVOKE_WEALTH = 20.0  # reject at 5 % over the life of the set


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
    sets, count = len(plan.sizes), len(values)
    everyone = plan.holds(len(plan.ranks))
    surest = np.where(everyone, expected.confidence[:, None], 0).max(0, initial=0)
    left, total = plan.sizes.astype(float), np.zeros(sets)
    confidence_left = expected.confidence @ everyone
    members, draws_left = everyone[:count], np.maximum(plan.draws_left(count), 1)
    slopes = np.stack([np.zeros(sets), expected.slopes])
    seen = np.zeros((2, sets, KNOWN + count))
    seen[0, :, :KNOWN], seen[1, :, :KNOWN] = expected.values, expected.controlled
    drawn = np.concatenate([np.ones((sets, KNOWN)), members.T], 1)
    wealth = np.ones(sets)
    path, stakes, won, lows = (np.zeros((count, sets)) for _ in range(4))
    bets = Bets(path, stakes, won, lows, members)
    for i, value in enumerate(values):
        own = np.flatnonzero(members[i])
        null = (totals - total) / np.maximum(left, 1)
        mean_left = confidence_left / np.maximum(left, 1)
        lowest = slopes * (surest - mean_left)
        gains = value - slopes * (expected.confidence[i] - mean_left)
        stake, way = _choose(
            seen[:, own, : KNOWN + i],
            drawn[own, : KNOWN + i],
            null[own],
            lowest[:, own],
            draws_left[i, own],
            plan.level * wealth[own],
        )
        bets.stakes[i, own] = stake
        bets.gains[i, own], bets.lowest[i, own] = gains[way, own], lowest[way, own]
        # A negative null mean cannot be: the sum so far already exceeds what the null allows.
        grown = wealth[own] * (1 + stake * (gains[way, own] - null[own]))
        grown = np.where(null[own] < 0, WEALTH_LIMIT, np.minimum(grown, WEALTH_LIMIT))
        wealth[own] = np.where(wealth[own] < 1 / plan.level, grown, wealth[own])
        seen[:, :, KNOWN + i] = gains
        total, left = total + members[i] * value, left - members[i]
        confidence_left = confidence_left - members[i] * expected.confidence[i]
        bets.path[i] = wealth
    return bets


def _choose(
    seen: np.ndarray,
    drawn: np.ndarray,
    null: np.ndarray,
    lowest: np.ndarray,
    draws_left: np.ndarray,
    share: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The next stake of each set, and on what: 0 the value, 1 less what its confidence foretells.

    `seen`: (2, J, n) values to be expected and drawn, plain and controlled; `drawn`: (J, n) which
    of them count; `null`: (J,) mean of the rest under the null; `lowest`: (2, J) how far below 0 a
    value can be; `draws_left`: (J,) this one included; `share`: (J,) wealth over what is wanted.

    The bet that would have grown fastest so far (Kelly), in the better of the two ways. Where it
    would not arrive with the draws that are left, the hedge of an option that pays what is wanted
    at the last of them.
    """
    many = drawn.sum(-1)
    above = (np.maximum(seen, -lowest[..., None]) - null[:, None]) * drawn
    worst = np.maximum(null + lowest, 1e-9)
    limit = CAP / worst
    lead = np.maximum(above.sum(-1) / many, 0)[..., None] * drawn
    trusted = np.maximum(above - (1 - EDGE) * lead, -worst[..., None])
    low, high = np.zeros_like(limit), limit
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rises = (trusted / (1 + middle[..., None] * trusted)).sum(-1) > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    growth = np.log1p(low[..., None] * above).sum(-1) / many
    way = (growth[1] > growth[0]).astype(int)
    sets = np.arange(len(null))
    stake = low[way, sets]
    late = growth[way, sets] * draws_left < -np.log(share)
    option = np.clip(share, 1e-9, 0.999)
    density = np.exp(-(ndtri(option) ** 2) / 2) / ROOT_TWO_PI
    mean = (seen[1] * drawn).sum(-1) / many
    variance = ((seen[1] - mean[:, None]) ** 2 * drawn).sum(-1) / many
    hedge = density / (option * np.sqrt(np.maximum(variance, 1e-4) * draws_left))
    return np.where(late, np.minimum(hedge, limit[1]), stake), np.where(late, 1, way)


def revoke_wealth(values: Sequence[float], size: int, target: float) -> np.ndarray:
    """Wealth against "mean of the `size` accepted >= target" after each draw, (n,).

    Average of constant bets without replacement (Waudby-Smith & Ramdas); anytime valid, so a
    revoke at REVOKE_WEALTH is wrong for at most 5 % of sound sets, however long one looks.
    """
    bets = np.arange(1, MONITORING_BETS + 1) / (MONITORING_BETS + 1)
    loss_target = 1 - target
    wealth, total = np.ones(MONITORING_BETS), 0.0
    path = np.ones(len(values))
    for i, value in enumerate(values):
        null = (size * loss_target - total) / max(size - i, 1)
        if null < 0:
            wealth = np.full(MONITORING_BETS, WEALTH_LIMIT)
        else:
            wealth = wealth * (1 + bets / max(null, 1e-9) * ((1 - value) - null))
        wealth = np.minimum(wealth, WEALTH_LIMIT)
        total += 1 - value
        path[i] = wealth.mean()
    return path

"""Bets on a mean being above its target: the wealth behind proofs and revokes."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from labeling.certification.core.audit_plan import Plan

ROOT_TWO_PI = float(np.sqrt(2 * np.pi))
CAP = 0.95  # largest share of the wealth one draw may cost
PRIOR_WEIGHT, PRIOR_VARIANCE = 5.0, 0.04
WEALTH_LIMIT = 1e12  # a sum that rules the null out altogether; JSON knows no infinity
MONITORING_BETS = 20
REVOKE_WEALTH = 20.0  # reject at 5 % over the life of the set


def betting_path(plan: Plan, values: Sequence[float], totals: np.ndarray) -> np.ndarray:
    """(n, J) wealth of each set after each draw (docs/algorithms.md 1.2).

    `values`: quality in [0, 1] of the first images of the locked order, without gaps. `totals`:
    (J,) null sums of quality. Sampling without replacement from finite sets: a nonnegative
    supermartingale while a set's sum is at most its total. A set plays until it reaches 1/level.
    """
    sets = len(plan.sizes)
    sizes = plan.sizes.astype(float)
    null_mean = totals / np.maximum(sizes, 1)
    wealth, total, spread, count = np.ones(sets), np.zeros(sets), np.zeros(sets), np.zeros(sets)
    path = np.ones((len(values), sets))
    goal = 1 / plan.level
    ahead = np.maximum(plan.draws_left(len(values)), 1)
    members = plan.holds(len(values))
    for i, value in enumerate(values):
        member = members[i]
        mean = (PRIOR_WEIGHT * null_mean + total) / (PRIOR_WEIGHT + count)
        variance = (PRIOR_WEIGHT * PRIOR_VARIANCE + spread) / (PRIOR_WEIGHT + count)
        null = (totals - total) / np.maximum(sizes - count, 1)
        stake = np.clip(plan.level * wealth, 1e-9, 0.999)
        density = np.exp(-(ndtri(stake) ** 2) / 2) / ROOT_TWO_PI
        bet = density / (stake * np.sqrt(np.maximum(variance, 1e-4) * ahead[i]))
        bet = np.clip(bet, 0, CAP / np.maximum(null, 1e-9))
        # A negative null mean cannot be: the sum so far already exceeds what the null allows.
        grown = np.where(null < 0, WEALTH_LIMIT, wealth * (1 + bet * (value - null)))
        plays = member & (wealth < goal)
        wealth = np.where(plays, np.minimum(grown, WEALTH_LIMIT), wealth)
        total, spread = total + member * value, spread + member * (value - mean) ** 2
        count = count + member
        path[i] = wealth
    return path


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

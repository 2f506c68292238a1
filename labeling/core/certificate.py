"""The betting test behind a certificate: frozen order, wealth of nested sets, bounds."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

ROOT_TWO_PI = float(np.sqrt(2 * np.pi))
CAP = 0.95  # largest share of the wealth one draw may cost
PRIOR_WEIGHT, PRIOR_VARIANCE = 5.0, 0.04
WEALTH_LIMIT = 1e12  # a sum that rules the null out altogether; JSON knows no infinity
# A sound set that fails goes to people whole, which costs far more than checks: planned for .98
# instead of .90 a simulated job (740 images, .05, gap .07) certified .73 of its pool instead of .54
# for 71 checks instead of 51.
POWER = 0.98
BLIND_SHARE = 5  # one audited image in five is also drawn from blank
WATCH_BETS = 20
RECALL_WEALTH = 20.0  # reject at 5 % over the life of the set


@dataclass(frozen=True)
class Plan:
    """What was fixed before the first draw of an audit.

    `ranks[i]` is the strictest of the nested sets 0..J-1 that holds the i-th image of the frozen
    order; `budgets` lists (first draw, audits in all) and only ever grows at its end.
    """

    ranks: np.ndarray  # (M,) int
    sizes: np.ndarray  # (J,) int, images of each set
    target: float
    level: float
    budgets: tuple[tuple[int, int], ...]

    @property
    def budget(self) -> int:
        """Audits that may be made in all."""
        return min(self.budgets[-1][1], len(self.ranks))

    def draws_left(self, count: int) -> np.ndarray:
        """(count, J): at each draw, the set's draws from it on under the budget then in force."""
        member = self.ranks[:, None] <= np.arange(len(self.sizes))
        before = np.concatenate([np.zeros((1, len(self.sizes))), np.cumsum(member, 0)])
        left = np.zeros((count, len(self.sizes)))
        for first, audits in self.budgets:
            end = min(audits, len(self.ranks))
            left[first:] = before[end] - before[first:count]
        return left


@dataclass(frozen=True)
class Wealth:
    """Where the test stands after a prefix of the frozen order."""

    path: np.ndarray  # (n, J) wealth after each draw
    wealth: np.ndarray  # (J,) now
    certified: int  # how many sets are shown, strictest first
    decided_after: int | None  # draws until the loosest set was shown

    @property
    def complete(self) -> bool:
        """Whether even the loosest set is shown."""
        return self.decided_after is not None


def audit_order(keys: Sequence[str], seed: str) -> list[int]:
    """Positions of `keys` in the order of SHA-256(seed || key): anyone can recompute it."""
    return sorted(range(len(keys)), key=lambda i: (_hash(seed, keys[i]), keys[i]))


def drawn_blind(key: str, seed: str) -> bool:
    """Whether this image is also drawn from blank, to measure what seeing boxes does."""
    return int(_hash(f"blind:{seed}", key)[:8], 16) % BLIND_SHARE == 0


def sampled(key: str, seed: str, share: float) -> bool:
    """Whether this image belongs to a random `share`; the same answer at every call."""
    return int(_hash(f"watch:{seed}", key)[:12], 16) / 16**12 < share


def _hash(seed: str, key: str) -> str:
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


def run_test(plan: Plan, values: Sequence[float], totals: np.ndarray | None = None) -> Wealth:
    """Bet on the sets' means being above the target, draw by draw (algorithms.md 1.2).

    `values`: quality in [0, 1] of the first images of the frozen order, without gaps.
    `totals`: (J,) null sums of quality, by default size x target. Sampling without replacement
    from finite sets; each set keeps its own wealth, a nonnegative supermartingale while its mean
    is at most the target, so P(ever 1/level) <= level. Strict to loose, each at the full level.
    """
    sets = len(plan.sizes)
    sizes = plan.sizes.astype(float)
    totals = sizes * plan.target if totals is None else totals
    null_mean = totals / np.maximum(sizes, 1)
    wealth, total, spread, count = np.ones(sets), np.zeros(sets), np.zeros(sets), np.zeros(sets)
    path = np.ones((len(values), sets))
    goal = 1 / plan.level
    first_full = np.full(sets, -1)
    ahead = np.maximum(plan.draws_left(len(values)), 1)
    numbers = np.arange(sets)
    for i, value in enumerate(values):
        member = plan.ranks[i] <= numbers
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
        first_full = np.where((first_full < 0) & (wealth >= goal), i + 1, first_full)
        total, spread = total + member * value, spread + member * (value - mean) ** 2
        count = count + member
        path[i] = wealth
    shown = first_full >= 0
    certified = sets if shown.all() else int(np.argmin(shown))
    decided_after = int(first_full.max()) if sets and certified == sets else None
    return Wealth(path, wealth, certified, decided_after)


def draws_wanted(spread: float, gap: float, size: int, level: float, power: float = POWER) -> int:
    """Draws that show a set of `size` images at `level` with this power (algorithms.md 1.4):
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


def rest_bound(plan: Plan, values: Sequence[float], rank: int) -> float:
    """Lower bound of the mean of the unchecked rest of set `rank`, at level / J, in [0, 1].

    The stopping rule can flatter the rest, so its bound is separate (algorithms.md 1.6): reject
    every set total <= checked sum + unchecked · t.
    """
    inside = plan.ranks[: len(values)] <= rank
    checked_sum = float(np.asarray(values)[inside].sum())
    rest = int(plan.sizes[rank]) - int(inside.sum())
    if rest <= 0:
        return 1.0
    level = plan.level / len(plan.sizes)
    return _largest_rejected(plan, values, rank, level, lambda mean: checked_sum + rest * mean)


def _largest_rejected(  # type: ignore[no-untyped-def]
    plan: Plan, values: Sequence[float], rank: int, level: float, total_of
) -> float:
    one = Plan(
        ranks=np.where(plan.ranks <= rank, 0, 1),
        sizes=plan.sizes[rank : rank + 1],
        target=plan.target,
        level=level,
        budgets=plan.budgets,
    )
    low, high = 0, 200
    while low < high:  # grid of 0.005: finer than any page shows
        middle = (low + high + 1) // 2
        totals = np.array([total_of(middle / 200)])
        low, high = (middle, high) if run_test(one, values, totals).complete else (low, middle - 1)
    return low / 200


def recall_wealth(values: Sequence[float], size: int, target: float) -> np.ndarray:
    """Wealth against "mean of the `size` accepted >= target" after each draw, (n,).

    Average of constant bets without replacement (Waudby-Smith & Ramdas); anytime valid, so a
    recall at RECALL_WEALTH is wrong for at most 5 % of sound sets, however long one looks.
    """
    bets = np.arange(1, WATCH_BETS + 1) / (WATCH_BETS + 1)
    loss_target = 1 - target
    wealth, total = np.ones(WATCH_BETS), 0.0
    path = np.ones(len(values))
    for i, value in enumerate(values):
        null = (size * loss_target - total) / max(size - i, 1)
        if null < 0:
            wealth = np.full(WATCH_BETS, WEALTH_LIMIT)
        else:
            wealth = wealth * (1 + bets / max(null, 1e-9) * ((1 - value) - null))
        wealth = np.minimum(wealth, WEALTH_LIMIT)
        total += 1 - value
        path[i] = wealth.mean()
    return path


@dataclass(frozen=True)
class Anchoring:
    """What seeing the boxes did to the auditors, from images judged both ways."""

    images: int
    blind_mean: float
    shown_mean: float
    bias: float  # shown - blind
    bias_low: float
    bias_high: float
    blind_upper: float  # one-sided 95 % upper limit of the blind mean

    def refuses(self, target: float, agreement: float) -> bool:
        """Whether the blind mean is credibly below what the target lets expect of it.

        `agreement`: mean quality of one person's answer against the consolidated label, in (0, 1].
        A blind drawing carries its drawer's own misses and edges, which are no fault of the label
        checked: a set of exactly the target is seen at about target x agreement. Without the
        factor sound sets are refused (birds at .75, people agreeing at .89: blind mean .59 of 17).
        """
        return self.blind_upper < target * agreement


def anchoring(blind: Sequence[float], shown: Sequence[float]) -> Anchoring | None:
    """Compare paired qualities of the same images; None with fewer than two pairs."""
    if len(blind) < 2:
        return None
    b, s = np.asarray(blind, float), np.asarray(shown, float)
    n = len(b)
    difference = s - b
    error = difference.std(ddof=1) / np.sqrt(n)
    upper = min(1.0, b.mean() + 1.645 * max(b.std(ddof=1), 1e-9) / np.sqrt(n))
    return Anchoring(
        n, float(b.mean()), float(s.mean()), float(difference.mean()),
        float(difference.mean() - 1.96 * error), float(difference.mean() + 1.96 * error),
        float(upper),
    )  # fmt: skip

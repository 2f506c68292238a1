"""What an audit fixes before its first draw: the order, the nested sets, budgets and horizons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.certification.core.expected import Expected
from labeling.kernel.sampling import seeded_hash

# Most jobs need one attempt. Halves instead (.5, .25, ...) took the first proof of a job 13 % more
# checks (docs/algorithms.md 1.5).
FIRST_SHARE = 0.8


@dataclass(frozen=True)
class Plan:
    """What was fixed before the first draw of an audit.

    `ranks[i]` is the strictest of the nested sets 0..J-1 that holds the i-th image of the locked
    order, or the one set that holds it where they are `per_class`; `budgets` lists (first draw,
    audits in all) and only ever grows at its end.
    """

    ranks: np.ndarray  # (M,) int
    sizes: np.ndarray  # (J,) int, images of each set
    targets: np.ndarray  # (J,) mean to be shown of each set, in [0, 1]
    level: float
    budgets: tuple[tuple[int, int], ...]
    exact: bool = False  # values are 0 or 1: the exact test instead of the bets
    expected: Expected | None = None  # what the bets start from; the exact test needs nothing
    per_class: bool = False  # sets without common images, each shown or not on its own

    def holds(self, count: int) -> np.ndarray:
        """(count, J) bool: which sets hold each of the first images of the order."""
        sets = np.arange(len(self.sizes))
        ranks = self.ranks[:count, None]
        return np.asarray(ranks == sets if self.per_class else ranks <= sets)

    def images(self, shown: Sequence[int]) -> int:
        """How many images these sets hold together."""
        if not shown:
            return 0
        return int(self.sizes[list(shown)].sum() if self.per_class else self.sizes[max(shown)])

    def of_set(self, rank: int, level: float) -> "Plan":
        """The plan of one set alone, at another level."""
        return Plan(
            np.where(self.holds(len(self.ranks))[:, rank], 0, 1),
            self.sizes[rank : rank + 1],
            self.targets[rank : rank + 1],
            level,
            self.budgets,
            self.exact,
            self.expected.of_set(rank) if self.expected else None,
        )

    @property
    def budget(self) -> int:
        """Audits that may be made in all."""
        return min(self.budgets[-1][1], len(self.ranks))

    def draws_left(self, count: int) -> np.ndarray:
        """(count, J): at each draw, the set's draws from it on under the budget then in force."""
        member = self.holds(len(self.ranks))
        before = np.concatenate([np.zeros((1, len(self.sizes))), np.cumsum(member, 0)])
        left = np.zeros((count, len(self.sizes)))
        for first, audits in self.budgets:
            end = min(audits, len(self.ranks))
            left[first:] = before[end] - before[first:count]
        return left


def level_of(attempt: int, risk: float) -> float:
    """The error that the k-th attempt of a job may make; all of them together keep the risk.

    The first gets four fifths, each further one a fifth of the one before.
    """
    return round(risk * FIRST_SHARE * (1 - FIRST_SHARE) ** (attempt - 1), 12)


def audit_order(keys: Sequence[str], seed: str, groups: Sequence[int] | None = None) -> list[int]:
    """Positions of `keys` in the order of SHA-256(seed || key): anyone can recompute it.

    With `groups`, the group of each key, they take turns, so that a small one is drawn as often
    as a large one; within a group the order stays random.
    """
    order = sorted(range(len(keys)), key=lambda i: (seeded_hash(seed, keys[i]), keys[i]))
    if groups is None:
        return order
    turns: Counter[int] = Counter()
    turn = {}
    for i in order:
        turn[i] = turns[groups[i]]
        turns[groups[i]] += 1
    return sorted(order, key=lambda i: (turn[i], groups[i]))

"""What the checks of the locked order count: additions only of credible checkers, and only to
drawings that hold most of what was seen (docs/algorithms.md 1.9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.certification.core.blind_drawing import unmatched
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, pack

HONEYPOTS_FREE, HONEYPOTS_SHARE = 1, 0.2  # honeypots that a credible checker may have missed
# ... and of checks that were drawn incompletely and that nobody made again: who sees .85 leaves
# about so many
INCOMPLETE_FREE, INCOMPLETE_SHARE = 1, 0.05
# Of the objects of the label that a checker sees, the share that an honest one leaves out of the
# drawing, on average; who sees .85 leaves out .15.
OVERLOOKED = 0.2
DOUBTED = 100.0  # wealth against that: reached by at most one honest checker in so many
_BETS = np.arange(1, 21) / 21


@dataclass(frozen=True)
class Check:
    """One person's check of one image."""

    checker: int
    value: float  # with what was added after the reveal
    drawn_value: float  # of the drawing alone
    found: int = 0  # boxes of the label that the drawing matches
    added: int = 0  # after the reveal
    missed_honeypot: bool | None = None  # None: it had none

    @classmethod
    def of(
        cls,
        kind: str,
        checker: int,
        predicted: Sequence[Box],
        drawn: Sequence[Box] | None,
        boxes: Sequence[Box] | None,
        missed_honeypot: bool | None = None,
    ) -> "Check":
        """Of its boxes. `drawn`: None where the checker saw the label; `boxes`: None where the
        image could not be judged, which counts 0."""
        if boxes is None:
            return cls(checker, 0.0, 0.0)
        label = pack(predicted)
        value = guarantee.value(kind, label, pack(boxes))
        if drawn is None:
            return cls(checker, value, value)
        added = len(boxes) - len(drawn)
        alone = guarantee.value(kind, label, pack(drawn)) if added else value
        found = len(predicted) - len(unmatched(predicted, drawn))
        return cls(checker, value, alone, found, added, missed_honeypot)

    @property
    def is_incomplete(self) -> bool:
        """Whether fewer than half of the label's boxes that the answer holds were drawn."""
        return self.added > self.found


@dataclass
class Record:
    """How credible a checker's answers are, from their checks in the locked order so far."""

    checks: int = 0
    incomplete: int = 0
    shown: int = 0  # honeypots
    missed: int = 0
    _wealth: np.ndarray = field(default_factory=lambda: np.ones(len(_BETS)))
    _most: float = 1.0

    def add(self, check: Check) -> None:
        """Another check of this checker.

        Who is honest overlooks at most OVERLOOKED of the objects on average, whatever came before:
        then the wealth is a supermartingale, and ever reaches DOUBTED with a chance of at most
        1 / DOUBTED.
        """
        self.checks += 1
        self.incomplete += check.is_incomplete
        if check.missed_honeypot is not None:
            self.shown += 1
            self.missed += check.missed_honeypot
        seen = check.found + check.added
        if seen:
            self._wealth = self._wealth * (1 + _BETS * (check.added / seen / OVERLOOKED - 1))
            self._most = max(self._most, float(self._wealth.mean()))

    @property
    def draws_too_little(self) -> bool:
        """Whether so much was added after the reveal that honest work is ruled out."""
        return self._most >= DOUBTED

    def lets_count(self, check: Check) -> bool:
        """Whether what was added in the latest check may count."""
        careless = self.missed > HONEYPOTS_FREE + HONEYPOTS_SHARE * self.shown
        often = self.incomplete > INCOMPLETE_FREE + INCOMPLETE_SHARE * self.checks
        return not (check.missed_honeypot or careless or (check.is_incomplete and often))


def values(places: Iterable[tuple[Check, Check | None]]) -> list[float]:
    """What each image of the locked order counts: of its first check, or of the second where the
    first is incomplete and was made again.

    Decided by the draws up to and including this one. It only ever takes away, so no value is more
    than the check with its additions. A second check that only measures (its first
    is complete) has no part in it: it may be made later.
    """
    records: dict[int, Record] = {}
    found = []
    for first, second in places:
        value = _counted(records, first)
        if first.is_incomplete and second is not None:
            value = _counted(records, second)
        found.append(value)
    return found


def _counted(records: dict[int, Record], check: Check) -> float:
    """What a check counts by its checker's record, which it enters.

    Of who draws too little not even an empty drawing counts: where the label is empty, too, it
    would be a perfect check of objects that both leave out.
    """
    record = records.setdefault(check.checker, Record())
    record.add(check)
    if record.draws_too_little:
        return 0.0
    return check.value if record.lets_count(check) else check.drawn_value

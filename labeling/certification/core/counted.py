"""What the checks of the locked order count: additions after the reveal only while their checker
is credible (docs/algorithms.md 1.9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, pack

HONEYPOTS_FREE, HONEYPOTS_SHARE = 1, 0.2  # honeypots that a credible checker may have missed


@dataclass(frozen=True)
class Check:
    """One person's check of one image."""

    checker: int
    value: float  # with what was added after the reveal
    drawn_value: float  # of the drawing alone
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
        if drawn is None or len(drawn) == len(boxes):
            return cls(checker, value, value, missed_honeypot)
        alone = guarantee.value(kind, label, pack(drawn))
        return cls(checker, value, alone, missed_honeypot)


@dataclass
class Record:
    """How credible a checker's answers are, from their checks in the locked order so far."""

    shown: int = 0  # honeypots
    missed: int = 0

    def add(self, check: Check) -> None:
        """Another check of this checker."""
        if check.missed_honeypot is not None:
            self.shown += 1
            self.missed += check.missed_honeypot

    def lets_count(self, check: Check) -> bool:
        """Whether what was added in the latest check may count."""
        careless = self.missed > HONEYPOTS_FREE + HONEYPOTS_SHARE * self.shown
        return not (check.missed_honeypot or careless)


def values(checks: Iterable[Check]) -> list[float]:
    """What each image of the locked order counts.

    Decided by the draws up to and including this one. It only ever leaves additions out, so no
    value is more than the check with its additions.
    """
    records: dict[int, Record] = {}
    found = []
    for check in checks:
        record = records.setdefault(check.checker, Record())
        record.add(check)
        found.append(check.value if record.lets_count(check) else check.drawn_value)
    return found

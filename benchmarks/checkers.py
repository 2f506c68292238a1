"""How often a certificate is false, by who checks: simulated labels and kinds of people.

Each pool of labels has exactly the asked target as its true mean (or lies further below it, where a
row says so), so each certificate is false and the level is what may be certified. The checks go
through the product's own comparison and test, of a first attempt at risk .10, or of several. A row
that misses its limit is an assumption of the certificate (docs/certificate.md 5.1).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.certificate import expected_alone, proved
from benchmarks.figures import Figure, Goal
from labeling.certification.core import counted, document, honeypots
from labeling.certification.core.anchoring import Pair, anchoring
from labeling.certification.core.audit_plan import Plan, level_of
from labeling.certification.core.blind_drawing import unmatched
from labeling.certification.core.counted import Check
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, pack
from labeling.kernel.sampling import BLIND_SHARE
from labeling.simulation.crowd import Person

RISK, IMAGES, BUDGET = 0.10, 400, 100
POOLS, RUNS = 10, 40  # pools of labels, audits of each
DRAWINGS = 3  # of each image, of which an audit takes one
ABOVE = 0.05  # how far the true mean lies above the target where power is measured
SIZE = (600, 400)
SLOTS = 12  # places of a picture, in rows of four

Draw = Callable[[Person, list[Box], list[Box]], list[Box]]  # (who, label, truth) -> drawn
# (who, drawn, revealed, truth) -> the drawing with what of the revealed is added
Answer = Callable[[Person, list[Box], list[Box], list[Box]], list[Box]]


def _blind(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    return person.draw(truth, SIZE, 1)[0]


def _nothing_in(share: float) -> Draw:
    def draw(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
        return [] if person.rng.random() < share else _blind(person, label, truth)

    return draw


def _half(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    """As few objects as leave no check incomplete."""
    drawn = _blind(person, label, truth)
    return drawn[: (len(drawn) + 1) // 2]


def _copied(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    return list(label)


def _rightly(person: Person, drawn: list[Box], revealed: list[Box], truth: list[Box]) -> list[Box]:
    return person.compare(drawn, revealed, truth)[0]


def _yes_to(share: float) -> Answer:
    """Calls this share of the revealed boxes overlooked objects without looking."""

    def answer(
        person: Person, drawn: list[Box], revealed: list[Box], truth: list[Box]
    ) -> list[Box]:
        unseen = [box for box in revealed if person.rng.random() < share]
        seen = [box for box in revealed if box not in unseen]
        return _rightly(person, drawn, seen, truth) + unseen

    return answer


@dataclass(frozen=True)
class Row:
    """Who checks, and what the labels are like."""

    name: str
    hand: dict[str, float] = field(default_factory=dict)  # of Person
    draw: Draw = _blind
    answer: Answer = _rightly
    others: bool = True  # checks that were drawn incompletely are made again, by others of the kind
    honest: bool = False  # ... by honest ones
    kind: str = guarantee.QUALITY
    unseen: float = 0.0  # share of objects that labels and people miss alike
    below: float = 0.0  # how far the true mean lies below the target
    shown: bool = False  # checkers see the boxes, one check in five is also drawn blind
    declined: float = 0.0  # share of the images that checkers say they cannot judge: the worst
    attempts: int = 1

    @property
    def is_honest(self) -> bool:
        """Whether its power is of interest."""
        hidden = self.unseen or self.below or self.declined
        return self.draw is _blind and self.answer is _rightly and not hidden


BETTER = {"sensitivity": 0.97, "sigma": 0.028, "false_rate": 0.005}
WEAK = {"sensitivity": 0.85, "sigma": 0.06}
EXPERT = {"sensitivity": 0.995, "sigma": 0.008, "false_rate": 0.0}
ROWS = (
    Row("the same people as the annotators"),
    Row("checkers a little better", BETTER),
    Row("a little better, one alone", BETTER, others=False),
    Row("experts", EXPERT),
    Row("weak checkers", WEAK),
    Row("weak, one alone", WEAK, others=False),
    Row("draw nothing in 20 % of the checks", BETTER, _nothing_in(0.2)),
    Row("draw nothing in 20 %, made again by honest ones", BETTER, _nothing_in(0.2), honest=True),
    Row("draw nothing in 30 % of the checks", BETTER, _nothing_in(0.3)),
    Row("draw nothing in 30 %, made again by honest ones", BETTER, _nothing_in(0.3), honest=True),
    Row("draw nothing, answer the reveals rightly", BETTER, _nothing_in(1)),
    Row("draw nothing, made again by honest ones", BETTER, _nothing_in(1), honest=True),
    Row("draw half of what they see, answer rightly", BETTER, _half),
    Row("copy the label", BETTER, _copied),
    Row("say yes to every reveal", BETTER, answer=_yes_to(1)),
    Row("say yes to one reveal in five unseen", BETTER, answer=_yes_to(0.2)),
    Row("10 % of objects missed by all", BETTER, unseen=0.1),
    Row("10 % of objects missed by all, .02 below", BETTER, unseen=0.1, below=0.02),
    Row("decline the worst tenth", BETTER, declined=0.1),
    Row("a little better, three attempts", BETTER, attempts=3),
    Row("experts, three attempts", EXPERT, attempts=3),
    Row("boxes shown, one in five blind", BETTER, shown=True),
    Row("boxes shown, one in five blind, .03 below", BETTER, shown=True, below=0.03),
    Row("boxes shown, one in five blind, .05 below", BETTER, shown=True, below=0.05),
    Row("no defect: the same people", kind=guarantee.DEFECT_FREE),
    Row("no defect: experts", EXPERT, kind=guarantee.DEFECT_FREE),
    Row("no defect: see .85", {"sensitivity": 0.85}, kind=guarantee.DEFECT_FREE),
    Row("no defect: see .60", {"sensitivity": 0.6}, kind=guarantee.DEFECT_FREE),
    Row("no defect: 2 % of objects missed by all", BETTER, kind=guarantee.DEFECT_FREE, unseen=0.02),
)


def run() -> Iterator[Figure]:
    """For each kind of people how many certificates are false; of honest ones the power, too."""
    runs = POOLS * RUNS
    for row in ROWS:
        level = sum(level_of(attempt, RISK) for attempt in range(1, row.attempts + 1))
        limit = round(level + 2 * float(np.sqrt(level * (1 - level) / runs)), 3)
        rng = np.random.default_rng(11)
        pools = [Pool.of(row, rng) for _ in range(POOLS)]
        false = [pool.certified(rng, -row.below) for pool in pools for _ in range(RUNS)]
        yield Figure(f"{row.name}: false", float(np.mean(false)), "share", Goal("<=", limit))
        if row.is_honest:
            right = [pool.certified(rng, ABOVE) for pool in pools for _ in range(RUNS)]
            yield Figure(f"{row.name}: shown {ABOVE} above", float(np.mean(right)), "share")


@dataclass(frozen=True)
class Pool:
    """Labels, and what checks would say of each."""

    row: Row
    mean: float  # true
    checks: list[list[Check]]  # of each image, as if different people made them
    again: list[list[Check]]  # the same by those who make a check again
    shown: list[list[float]]  # values of checks that see the boxes

    @classmethod
    def of(cls, row: Row, rng: np.random.Generator) -> "Pool":
        exact = row.kind == guarantee.DEFECT_FREE
        detector = Person(rng, 0.98, 0.03, 0.03) if exact else Person(rng, 0.88, 0.05, 0.15)
        person = Person(rng, **row.hand)
        true: list[float] = []
        pool = cls(row, 0.0, [], [], [])
        honest = replace(row, draw=_blind, answer=_rightly) if row.honest else row
        for image in range(IMAGES):
            truth = _scene(rng)
            visible = [box for box in truth if rng.random() >= row.unseen]
            label = detector.draw(visible, SIZE, 1)[0]
            true.append(_value(row, label, truth))
            for who, checks in ((row, pool.checks), (honest, pool.again)):
                drawn = [_check(who, person, str(image), label, visible) for _ in range(DRAWINGS)]
                checks.append(drawn)
            if row.shown:
                seen = [person.correct(label, visible, SIZE)[0] for _ in range(DRAWINGS)]
                pool.shown.append([_value(row, label, boxes) for boxes in seen])
        if row.declined:  # counts 0
            for image in np.argsort(true)[: round(row.declined * IMAGES)]:
                pool.checks[image] = pool.again[image] = [Check(0, 0.0, 0.0)] * DRAWINGS
        return replace(pool, mean=float(np.mean(true)))

    def certified(self, rng: np.random.Generator, above: float) -> bool:
        """Whether an audit certifies the pool, `above` a target; 0: at its very target, where a
        certificate counts as false."""
        levels = [level_of(attempt + 1, RISK) for attempt in range(self.row.attempts)]
        return any(self._certified(rng, above, level) for level in levels)

    def _certified(self, rng: np.random.Generator, above: float, level: float) -> bool:
        order = rng.permutation(IMAGES)[: 2 * BUDGET].tolist()
        taken = rng.integers(0, DRAWINGS, len(order)).tolist()
        target = np.array([min(1.0, self.mean - above + 1e-6)])
        plan = Plan(
            np.zeros(IMAGES, int),
            np.array([IMAGES]),
            target,
            level,
            ((0, BUDGET),),
            exact=self.row.kind == guarantee.DEFECT_FREE,
            expected=expected_alone(IMAGES, np.array([checks[0].value for checks in self.checks])),
        )
        if not self.row.shown:
            values = counted.values(self._places(order, taken))
            plan, test = proved(plan, values)
            return bool(document.certified(plan, test, values[: plan.budget], None))
        values = [self.shown[i][k] for i, k in zip(order, taken, strict=True)]
        plan, test = proved(plan, values)
        blind = [self.checks[i][k].value for i, k in zip(order, taken, strict=True)]
        pairs = [Pair(*both) for both in zip(values, blind, strict=True)]
        bias = anchoring(pairs[: plan.budget : BLIND_SHARE])
        return bool(document.certified(plan, test, values[: plan.budget], bias))

    def _places(self, order: list[int], taken: list[int]) -> Iterator[tuple[Check, Check | None]]:
        """The checks of two people who take turns, each making again what the other left
        incomplete."""
        for turn, (i, k) in enumerate(zip(order, taken, strict=True)):
            first, second = turn % 2, 3 if self.row.honest else 1 - turn % 2
            made = self.again[i][(k + 1) % DRAWINGS] if self.row.others else None
            yield (
                replace(self.checks[i][k], checker=first if self.row.others else 0),
                replace(made, checker=second) if made else None,
            )


def _check(row: Row, person: Person, key: str, label: list[Box], visible: list[Box]) -> Check:
    """One blind check, as the server stores it."""
    drawn = row.draw(person, label, visible)
    revealed = unmatched(label, drawn)
    wrong = honeypots.wrong_box("s", key, SIZE, label, drawn)
    asked = [*revealed, wrong] if wrong else revealed
    final = row.answer(person, drawn, asked, visible)
    boxes = [box for box in final if box != wrong]
    return Check(
        0,
        _value(row, label, boxes),
        _value(row, label, drawn),
        found=len(label) - len(revealed),
        added=len(boxes) - len(drawn),
        missed_honeypot=wrong in final if wrong else None,
    )


def _value(row: Row, label: list[Box], boxes: Sequence[Box]) -> float:
    return guarantee.value(row.kind, pack(label), pack(list(boxes)))


def _scene(rng: np.random.Generator) -> list[Box]:
    """One to five objects, apart from each other."""
    places = rng.permutation(SLOTS)[: rng.integers(1, 6)].tolist()
    return [
        {
            "class_id": 0,
            "x1": 150.0 * (place % 4) + 10,
            "y1": 130.0 * (place // 4) + 10,
            "x2": 150.0 * (place % 4) + 10 + rng.uniform(60, 120),
            "y2": 130.0 * (place // 4) + 10 + rng.uniform(50, 110),
        }
        for place in places
    ]

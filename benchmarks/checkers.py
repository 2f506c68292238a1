"""How often a certificate is false, by who checks: simulated labels and kinds of people.

Each pool of labels has exactly the asked target as its true mean (or lies further below it, where a
row says so), so each certificate is false and the level is what may be certified. The checks go
through the product's own comparison and test, of a first attempt at risk .10. A row that misses its
limit is an assumption of the certificate (docs/certificate.md 5.1).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.certificate import proved
from benchmarks.figures import Figure, Goal
from labeling.certification.core import document
from labeling.certification.core.anchoring import Pair, anchoring
from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.blind_drawing import unmatched
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, iou_matrix, pack
from labeling.kernel.sampling import BLIND_SHARE
from labeling.simulation.crowd import SAME_OBJECT, Person

LEVEL, IMAGES, BUDGET = 0.05, 400, 100
POOLS, RUNS = 10, 40  # pools of labels, audits of each
DRAWINGS = 3  # of each image, of which an audit takes one
ABOVE = 0.05  # how far the true mean lies above the target where power is measured
SIZE = (600, 400)
SLOTS = 12  # places of a picture, in rows of four

Draw = Callable[[Person, list[Box], list[Box]], list[Box]]  # (who, label, truth) -> boxes


@dataclass(frozen=True)
class Row:
    """Who checks, and what the labels are like."""

    name: str
    hand: dict[str, float] = field(default_factory=dict)  # of Person
    draw: Draw | None = None  # else blind and honest
    kind: str = guarantee.QUALITY
    unseen: float = 0.0  # share of objects that labels and people miss alike
    below: float = 0.0  # how far the true mean lies below the target
    shown: bool = False  # checkers see the boxes, one check in five is also drawn blind


def _honest(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    drawn = person.draw(truth, SIZE, 1)[0]
    return person.compare(drawn, unmatched(label, drawn), truth)[0]


def _nothing(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    """Draws nothing, and tells rightly which of the revealed boxes show an object."""
    return person.compare([], label, truth)[0]


def _nothing_in(share: float) -> Draw:
    def draw(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
        return (_nothing if person.rng.random() < share else _honest)(person, label, truth)

    return draw


def _copied(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    return list(label)


def _yes(person: Person, label: list[Box], truth: list[Box]) -> list[Box]:
    """Draws honestly, then calls every revealed box an overlooked object."""
    drawn = person.draw(truth, SIZE, 1)[0]
    if not drawn or not label:
        return drawn + label
    overlap = iou_matrix(pack(label).coords, pack(drawn).coords).max(1)
    return drawn + [box for box, most in zip(label, overlap, strict=True) if most < SAME_OBJECT]


BETTER = {"sensitivity": 0.97, "sigma": 0.028, "false_rate": 0.005}
EXPERT = {"sensitivity": 0.995, "sigma": 0.008, "false_rate": 0.0}
ROWS = (
    Row("the same people as the annotators"),
    Row("checkers a little better", BETTER),
    Row("experts", EXPERT),
    Row("weak checkers", {"sensitivity": 0.85, "sigma": 0.06}),
    Row("draw nothing in 20 % of the checks", BETTER, _nothing_in(0.2)),
    Row("draw nothing in 30 % of the checks", BETTER, _nothing_in(0.3)),
    Row("draw nothing, answer the reveals rightly", BETTER, _nothing),
    Row("copy the label", BETTER, _copied),
    Row("say yes to every reveal", BETTER, _yes),
    Row("10 % of objects missed by all", BETTER, unseen=0.1),
    Row("10 % of objects missed by all, .02 below", BETTER, unseen=0.1, below=0.02),
    Row("boxes shown, one in five blind", BETTER, shown=True),
    Row("boxes shown, one in five blind, .03 below", BETTER, shown=True, below=0.03),
    Row("boxes shown, one in five blind, .05 below", BETTER, shown=True, below=0.05),
    Row("no defect: the same people", kind=guarantee.DEFECT_FREE),
    Row("no defect: experts", EXPERT, kind=guarantee.DEFECT_FREE),
    Row("no defect: see .85", {"sensitivity": 0.85}, kind=guarantee.DEFECT_FREE),
    Row("no defect: see .60", {"sensitivity": 0.6}, kind=guarantee.DEFECT_FREE),
    Row("no defect: 2 % of objects missed by all", BETTER, None, guarantee.DEFECT_FREE, 0.02),
)


def run() -> Iterator[Figure]:
    """For each kind of people how many certificates are false; of honest ones the power, too."""
    runs = POOLS * RUNS
    limit = round(LEVEL + 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / runs)), 3)
    for row in ROWS:
        rng = np.random.default_rng(11)
        pools = [Pool.of(row, rng) for _ in range(POOLS)]
        false = [pool.certified(rng, -row.below) for pool in pools for _ in range(RUNS)]
        yield Figure(f"{row.name}: false", float(np.mean(false)), "share", Goal("<=", limit))
        if row.draw is None and not row.unseen and not row.below:
            right = [pool.certified(rng, ABOVE) for pool in pools for _ in range(RUNS)]
            yield Figure(f"{row.name}: shown {ABOVE} above", float(np.mean(right)), "share")


@dataclass(frozen=True)
class Pool:
    """Labels, and what checks would say of each."""

    row: Row
    mean: float  # true
    values: np.ndarray  # (IMAGES, DRAWINGS) of checks
    blind: np.ndarray  # the same drawn blind, where the boxes are shown

    @classmethod
    def of(cls, row: Row, rng: np.random.Generator) -> "Pool":
        exact = row.kind == guarantee.DEFECT_FREE
        detector = Person(rng, 0.98, 0.03, 0.03) if exact else Person(rng, 0.88, 0.05, 0.15)
        person = Person(rng, **row.hand)
        true, values, blind = [], [], []
        for _ in range(IMAGES):
            truth = _scene(rng)
            visible = [box for box in truth if rng.random() >= row.unseen]
            label = detector.draw(visible, SIZE, 1)[0]
            true.append(_value(row, label, truth))
            drawn = [(row.draw or _honest)(person, label, visible) for _ in range(DRAWINGS)]
            blind.append([_value(row, label, boxes) for boxes in drawn])
            if row.shown:
                drawn = [person.correct(label, visible, SIZE)[0] for _ in range(DRAWINGS)]
            values.append([_value(row, label, boxes) for boxes in drawn])
        return cls(row, float(np.mean(true)), np.array(values), np.array(blind))

    def certified(self, rng: np.random.Generator, above: float) -> bool:
        """Whether one audit certifies the pool, `above` a target; 0: at its very target, where a
        certificate counts as false."""
        order = rng.permutation(IMAGES)[: 2 * BUDGET]
        taken = rng.integers(0, DRAWINGS, len(order))
        target = np.array([min(1.0, self.mean - above + 1e-6)])
        plan = Plan(
            np.zeros(IMAGES, int),
            np.array([IMAGES]),
            target,
            LEVEL,
            ((0, BUDGET),),
            exact=self.row.kind == guarantee.DEFECT_FREE,
        )
        values = self.values[order, taken].tolist()
        plan, test = proved(plan, values)
        bias = None
        if self.row.shown:
            seen = self.blind[order, taken].tolist()
            pairs = [Pair(*both) for both in zip(values, seen, strict=True)]
            bias = anchoring(pairs[: plan.budget : BLIND_SHARE])
        return bool(document.certified(plan, test, values[: plan.budget], bias))


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

"""How often a job's guarantee is broken: on resamples of real predictions, with the product's
parts.

Each resample splits the pictures that a detector never saw into known ones, which choose score
thresholds, confidence and sets, and others, from which a pool is drawn (with repetition, for a part
of it is checked) that is proved as a first closing round does (at .08 of a risk of .10).
Once the checks see the truth; once simulated auditors make them, who leave near misses alone, and
one in five is also drawn blind; once all are drawn blind. What is certified is always
held against the truth. Beside them Ground Truth's rule: from the lowest mean score on that the
known pictures bear out.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.certificate import proved
from benchmarks.confidence import LEARNED, LEVEL, MEAN_SCORE, TARGETS, Half, proof_of
from benchmarks.figures import Figure, Goal
from benchmarks.predictions import found
from labeling.certification.core import document
from labeling.certification.core.anchoring import Pair, anchoring
from labeling.certification.core.blind_drawing import unmatched
from labeling.certification.core.nested_test import MOST_TIMES
from labeling.kernel.boxes import Box, BoxSet, pack, unpack, without_scores
from labeling.kernel.quality import quality
from labeling.kernel.sampling import BLIND_SHARE
from labeling.simulation.crowd import Person
from mlassist.calibration.core import thresholds
from mlassist.prediction.core.score_thresholds import ScoreThresholds

RESAMPLES = 200
GROUND_TRUTH = {"birds": (0.6, 0.8)}  # further targets for its rule


class Crowd:
    """Simulated people on the pictures of one half."""

    def __init__(self, half: Half, seed: int) -> None:
        self.half, self.person = half, Person(np.random.default_rng([7, seed]))

    def _truth(self, i: int) -> list[Box]:
        return without_scores(unpack(self.half.truths[i]))

    def _drawn(self, i: int) -> BoxSet:
        classes = int(max((int(b.classes.max()) for b in self.half.truths if len(b)), default=0))
        return pack(self.person.draw(self._truth(i), self.half.seen[i].size, classes + 1)[0])

    def audit(self, i: int, score_thresholds: ScoreThresholds) -> Pair:
        """One picture's label checked with the boxes shown, and blind."""
        one = self.half.seen[i]
        label = score_thresholds.kept(one.boxes)
        corrected, _ = self.person.correct(unpack(label), self._truth(i), one.size)
        drawn, shown = self._drawn(i), unpack(label)
        drawing = without_scores(unpack(drawn))
        told, _ = self.person.compare(drawing, unmatched(shown, drawing), self._truth(i))
        return Pair(quality(label, pack(corrected)), quality(label, pack(told)))


def run(
    data: Path,
    weights: Path,
    cache: Path,
    names: Sequence[str] = tuple(TARGETS),
    final: bool = True,
) -> Iterator[Figure]:
    """Per data set how much is certified by each way of checking, and how often wrongly."""
    limit = round(LEVEL + 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / RESAMPLES)), 4)
    for name in names:
        half, target = Half(found(data, name, weights, cache), final), TARGETS[name]
        told = np.mean([_resample(half, number, target) for number in range(RESAMPLES)], 0)
        for (way, guaranteed), (share, wrong) in zip(WAYS, told, strict=True):
            goal = Goal("<=", limit) if guaranteed else None
            yield Figure(f"{name} at {target:g}, {way}: certified", share, "share of the pool")
            yield Figure(f"{name} at {target:g}, {way}: wrongly", wrong, "share", goal)
        for asked in GROUND_TRUTH.get(name, (target,)):
            yield from _ground_truth(half, f"{name} at {asked:g}, Ground Truth's rule", asked)


# Near misses that auditors let pass are what the last way is for; of the two before it the
# guarantee speaks of labels as those auditors made them.
WAYS = (
    ("exact checks", True),
    ("boxes shown", False),
    ("one in five blind", False),
    ("all blind", True),
)


def _resample(half: Half, number: int, target: float) -> list[tuple[float, float]]:
    """For each of WAYS the share of the pool that is certified, and whether wrongly."""
    known, pool = half.split(number)
    score_thresholds = half.score_thresholds(known)
    of_known, of_pool = (
        half.qualities(known, score_thresholds),
        half.qualities(pool, score_thresholds),
    )
    sure, pool_sure = half.confidences(LEARNED, known, of_known, pool, score_thresholds)
    proof = proof_of(sure, of_known, pool_sure, target, (number,))
    if proof is None:
        return [(0.0, 0.0)] * len(WAYS)

    def outcome(sets: int) -> tuple[float, float]:
        taken = of_pool[proof.taken(sets, pool_sure)]
        return len(taken) / len(pool), float(bool(len(taken)) and taken.mean() < target)

    places = proof.order[: MOST_TIMES * proof.plan.budget].tolist()
    exact = proved(proof.plan, of_pool[places].tolist())[1].shown
    crowd = Crowd(half, number)
    pairs = [crowd.audit(pool[place], score_thresholds) for place in places]
    values, blind_values = [p.value for p in pairs], [p.blind_value for p in pairs]
    plan, test = proved(proof.plan, values)
    bias = anchoring(pairs[: plan.budget : BLIND_SHARE])
    held = document.certified(plan, test, values[: plan.budget], bias)

    blank = proved(proof.plan, blind_values)[1].shown
    taken = (len(exact), len(test.shown), len(held), len(blank))
    return [outcome(sets) for sets in taken]


def _ground_truth(half: Half, said: str, target: float) -> Iterator[Figure]:
    """Its rule on the same resamples: what it accepts, and how often that misses the target."""
    rows = []
    for number in range(RESAMPLES):
        known, pool = half.split(number)
        score_thresholds = half.score_thresholds(known)
        of_known, of_pool = (
            half.qualities(known, score_thresholds),
            half.qualities(pool, score_thresholds),
        )
        sure, pool_sure = half.confidences(MEAN_SCORE, known, of_known, pool, score_thresholds)
        threshold = thresholds.choose_threshold(sure, of_known, target)
        taken = of_pool[pool_sure >= (np.inf if threshold is None else threshold)]
        rows.append((len(taken) / len(pool), taken.mean() if len(taken) else np.nan))
    shares, means = np.array(rows).T
    yield Figure(f"{said}: accepted", float(shares.mean()), "share of the pool")
    if (shares > 0).any():
        yield Figure(f"{said}: true quality", float(np.nanmean(means)), "")
        missed = float((means[shares > 0] < target).mean())
        yield Figure(f"{said}: target missed", missed, "share of the times it accepted")

"""What each image confidence certifies on real predictions, and how far box scores can be trusted.

Choices were made on the development half of each data set; the final half is for reporting only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.certificate import expected, proved
from benchmarks.figures import Figure, Goal
from benchmarks.predictions import Found, Seen, found
from labeling.certification.core.audit_plan import Plan, level_of
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import quality
from mlassist.calibration.core import thresholds as calibration
from mlassist.calibration.core.confidence import (
    LEAST_FOR_RIDGE,
    LEAST_FOR_TREES,
    fit_images,
    learned_confidence,
    mean_score,
    view_agreement,
)
from mlassist.data.folds import fold_of
from mlassist.prediction.core import box_scores
from mlassist.prediction.core.score_thresholds import ScoreThresholds, choose_score_thresholds
from mlassist.prediction.core.views import ImagePredictions, agreement

# Chosen on the development halves: a little above the mean quality, where order matters.
TARGETS = {"aquarium": 0.3, "bccd": 0.6, "birds": 0.85, "deeppcb": 0.65}
SPLITS, KNOWN_SHARE, POOL, ORDERS = 20, 0.5, 400, 2
LEVEL, MOST_AUDITS = level_of(1, 0.10), 120  # of a job's first proof; the default audit budget
MEAN_SCORE, AGREEMENT, SEVEN, LEARNED = "mean score", "agreement", "ridge of 7", "learned"
SEVEN_TREES = "ridge of 7 and trees"
RULES = (MEAN_SCORE, AGREEMENT, SEVEN, SEVEN_TREES, LEARNED)


class Half:
    """The pictures of one half of a data set, read once."""

    def __init__(self, data: Found, final: bool) -> None:
        self.seen: list[Seen] = [one for one in data.seen if one.final == final]
        self.truths = [one.truth for one in self.seen]
        self.predictions = [ImagePredictions(s.name, s.size, s.boxes, s.views) for s in self.seen]

    def split(self, number: int) -> tuple[list[int], list[int]]:
        """Known pictures of one random split, and a pool drawn from the others, with repetition: a
        job's checks see but a part of its pool."""
        rng = np.random.default_rng([0, number])
        order = rng.permutation(len(self.seen))
        count = round(KNOWN_SHARE * len(order))
        return sorted(order[:count].tolist()), sorted(rng.choice(order[count:], POOL).tolist())

    def score_thresholds(self, known: Sequence[int]) -> ScoreThresholds:
        """The product's score thresholds on the known pictures."""
        return choose_score_thresholds(
            [self.seen[i].boxes for i in known], [self.truths[i] for i in known]
        )

    def qualities(self, chosen: Sequence[int], score_thresholds: ScoreThresholds) -> np.ndarray:
        """(n,) quality of what the score thresholds leave."""
        kept = [score_thresholds.kept(self.seen[i].boxes) for i in chosen]
        return np.array([quality(p, self.truths[i]) for p, i in zip(kept, chosen, strict=True)])

    def confidences(
        self,
        rule: str,
        known: list[int],
        of_known: np.ndarray,
        pool: list[int],
        score_thresholds: ScoreThresholds,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the rule says of known and pool pictures."""
        if rule == LEARNED:
            return learned_confidence(
                [self.predictions[i] for i in known],
                [self.truths[i] for i in known],
                of_known,
                [self.predictions[i] for i in pool],
                score_thresholds,
            )
        if rule in (SEVEN, SEVEN_TREES):
            return self._seven(known, of_known, pool, score_thresholds, trees=rule == SEVEN_TREES)
        values = [
            mean_score(predicted.boxes, score_thresholds)
            if rule == MEAN_SCORE
            else view_agreement(predicted, score_thresholds)
            for predicted in self.predictions
        ]
        return np.array(values)[known], np.array(values)[pool]

    def _seven(
        self,
        known: list[int],
        of_known: np.ndarray,
        pool: list[int],
        score_thresholds: ScoreThresholds,
        *,
        trees: bool,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The product's rule before: one cross-fitted fit on seven features of the image."""
        rows = np.array([_seven_features(one, score_thresholds) for one in self.seen])
        folds = np.array([fold_of(one.name) for one in self.seen])
        values = np.zeros(len(rows))
        freedom = LEAST_FOR_TREES if trees else LEAST_FOR_RIDGE
        for fold in set(folds.tolist()):
            taught = folds[known] != fold
            guess = fit_images(rows[known][taught], of_known[taught], freedom)
            values[folds == fold] = guess(rows[folds == fold])
        return values[known], values[pool]


def _seven_features(one: Seen, score_thresholds: ScoreThresholds) -> list[float]:
    scores, counts = one.boxes.scores, score_thresholds.counts(one.boxes)
    kept = scores[counts]
    told = [kept.mean(), kept.min(), np.quantile(kept, 0.25)] if len(kept) else [0.0] * 3
    same = agreement(score_thresholds.kept(one.boxes), score_thresholds.kept(one.views["flip"]))
    faint = (scores[~counts] > 0.1).sum()
    return [*told, len(kept), faint, (scores * (1 - scores)).sum(), same]


@dataclass(frozen=True)
class Proof:
    """What a closing round would freeze for a pool."""

    plan: Plan
    thresholds: np.ndarray  # (J,) lowest confidence of each set, falling
    order: np.ndarray  # (M,) places in the pool, as they are checked

    def taken(self, sets: int, confidence: np.ndarray) -> np.ndarray:
        """(m,) bool: which pictures of the pool the first `sets` sets hold."""
        return confidence >= (self.thresholds[sets - 1] if sets else np.inf)


def proof_of(
    of_known: np.ndarray, known: np.ndarray, of_pool: np.ndarray, target: float, seed: Sequence[int]
) -> Proof | None:
    """Sets, budget and a random order as the product plans them; None where no set is likely."""
    sets = calibration.candidate_sets(of_pool, of_known, known, target, doubt=1.0)
    if not sets:
        return None
    inside = np.flatnonzero(of_pool >= sets[-1].threshold)
    order = inside[np.random.default_rng(list(seed)).permutation(len(inside))]
    thresholds = np.array([s.threshold for s in sets])
    ranks = (of_pool[order][:, None] < thresholds[None]).sum(1)
    sizes, budget = np.array([s.size for s in sets]), min(MOST_AUDITS, len(inside))
    plan = Plan(ranks, sizes, np.full(len(sets), target), LEVEL, ((0, budget),))
    plan = replace(plan, expected=expected(of_pool[order], of_known, known, sets))
    return Proof(plan, thresholds, order)


def certified(
    of_known: np.ndarray,
    known: np.ndarray,
    of_pool: np.ndarray,
    pool: np.ndarray,
    target: float,
    seed: int,
) -> tuple[float, float]:
    """Share of the pool that the product's sets and test certify, and how often it is not true."""
    shares, wrong = [], []
    for number in range(ORDERS):
        proof = proof_of(of_known, known, of_pool, target, (seed, number))
        if proof is None:
            return 0.0, 0.0
        shown = proved(proof.plan, pool[proof.order].tolist())[1].shown
        taken = pool[proof.taken(len(shown), of_pool)]
        shares.append(len(taken) / len(pool))
        wrong.append(bool(len(taken)) and float(taken.mean()) < target)
    return float(np.mean(shares)), float(np.mean(wrong))


def best_share(confidence: np.ndarray, quality: np.ndarray, target: float) -> float:
    """The share acceptable if this order were cut perfectly, in [0, 1]: compares confidences.

    It looks at the quality it is judged by, so it decides nothing.
    """
    return max(
        (p.share for p in calibration.curve(confidence, quality) if p.quality >= target - 1e-12),
        default=0.0,
    )


def rank_correlation(confidence: np.ndarray, quality: np.ndarray) -> float:
    """Spearman's coefficient in [-1, 1], ties averaged; 0 where either side never varies."""
    from scipy.stats import rankdata

    a, b = rankdata(confidence), rankdata(quality)
    spread = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread else 0.0


def judged(half: Half, target: float) -> dict[str, np.ndarray]:
    """Per rule (4,): rank correlation, best share, certified share, share of false certificates."""
    rows: dict[str, list[tuple[float, ...]]] = {rule: [] for rule in RULES}
    for number in range(SPLITS):
        known, pool = half.split(number)
        score_thresholds = half.score_thresholds(known)
        of_known, of_pool = (
            half.qualities(known, score_thresholds),
            half.qualities(pool, score_thresholds),
        )
        for rule in RULES:
            sure, pool_sure = half.confidences(rule, known, of_known, pool, score_thresholds)
            rows[rule].append(
                (
                    rank_correlation(pool_sure, of_pool),
                    best_share(pool_sure, of_pool, target),
                    *certified(sure, of_known, pool_sure, of_pool, target, number),
                )
            )
    return {rule: np.mean(found, 0) for rule, found in rows.items()}


def run(
    data: Path,
    weights: Path,
    cache: Path,
    names: Sequence[str] = tuple(TARGETS),
    final: bool = True,
) -> Iterator[Figure]:
    """Every data set's confidences and box scores on one half."""
    for name in names:
        half = Half(found(data, name, weights, cache), final)
        target = TARGETS[name]
        told = judged(half, target)
        for rule, (correlation, best, share, wrong) in told.items():
            yield Figure(f"{name} at {target:g}, {rule}: rank correlation", correlation, "")
            yield Figure(f"{name} at {target:g}, {rule}: best share", best, "share")
            yield Figure(f"{name} at {target:g}, {rule}: certified", share, "share")
            yield Figure(f"{name} at {target:g}, {rule}: certified wrongly", wrong, "share")
        plain = told[MEAN_SCORE][2]
        if plain:
            ratio = told[LEARNED][2] / plain
            yield Figure(f"{name}: learned / mean score, certified", ratio, "", Goal(">=", 1.3))
        yield from _box_scores(name, half)


def _box_scores(name: str, half: Half) -> Iterator[Figure]:
    """Errors of calibration before and after, and quality with one threshold or one per class."""
    rows = []
    for number in range(SPLITS // 4):
        known, pool = half.split(number)
        taught = [half.seen[i].boxes for i in known]
        scores = box_scores.fit_scores(taught, [half.truths[i] for i in known])
        rest = [half.seen[i].boxes for i in pool]
        hit = np.concatenate([box_scores.hits(half.seen[i].boxes, half.truths[i]) for i in pool])
        plain = [b.scores for b in rest]
        chance, expected_iou = (
            [scores.chance(b) for b in rest],
            [scores.expected_iou(b) for b in rest],
        )
        score_thresholds = half.score_thresholds(known)
        one_threshold, per_class = (
            half.qualities(pool, ScoreThresholds(score_thresholds.pooled)),
            half.qualities(pool, score_thresholds),
        )
        rows.append(
            (
                *_errors(rest, plain, plain, hit),
                *_errors(rest, chance, expected_iou, hit),
                one_threshold.mean(),
                per_class.mean(),
            )
        )
    names = (
        "D-ECE before",
        "LaECE before",
        "D-ECE after",
        "LaECE after",
        "quality, one threshold",
        "quality, thresholds per class",
    )
    for label, value in zip(names, np.mean(rows, 0), strict=True):
        yield Figure(f"{name}: {label}", float(value), "")


def _errors(
    boxes: Sequence[BoxSet],
    chance: Sequence[np.ndarray],
    expected_iou: Sequence[np.ndarray],
    hit: np.ndarray,
) -> tuple[float, float]:
    """D-ECE over all boxes; LaECE as the mean over classes."""
    classes = np.concatenate([b.classes for b in boxes])
    values = np.concatenate(expected_iou)
    located = [
        box_scores.calibration_error(values[classes == c], hit[classes == c])
        for c in np.unique(classes)
    ]
    return box_scores.calibration_error(np.concatenate(chance), hit > 0), float(np.mean(located))

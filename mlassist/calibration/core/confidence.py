"""How sure a detector is of a whole image: mean score, agreement with itself, or a regression.

The regression has two stages. The first judges boxes, of which a few images already hold hundreds:
it guesses each box's expected IoU from scores and overlaps in all views. The second judges images
by the expected IoUs of their boxes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from mlassist.data.folds import fold_of
from mlassist.data.heartbeat import Heartbeat, no_heartbeat, with_heartbeat
from mlassist.prediction.core.box_scores import hits
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.prediction.core.views import ImagePredictions, agreement, box_features, candidates

FOLDS = 5
EXPECTED, NOTHING = 0, 4  # columns of image_features
PENALTY = 3.0  # lambda of docs/algorithms.md 2.1
BOX_PENALTY = 10.0  # 1 to 50 did the same
LEAST_KNOWN = 30  # images; below, even the judge of boxes follows the noise
# Below, weights of images follow the noise: with 47 known blood smears they certified .38 of the
# pool, their expected quality as it is .50, and the mean score .50.
LEAST_FOR_RIDGE = 60
# From here on trees help: birds, 274 known, certified .15 of the pool instead of .07; with 77 known
# fish they did not (.47 instead of .49).
LEAST_FOR_TREES = 200


def mean_score(boxes: BoxSet, score_thresholds: ScoreThresholds) -> float:
    """Mean score of the boxes that count, in [0, 1]; 0 where there is none.

    Ground Truth's rule. It cannot tell a truly empty image from a missed one.
    """
    kept = score_thresholds.kept(boxes)
    return float(kept.scores.mean()) if len(kept) else 0.0


def view_agreement(predicted: ImagePredictions, score_thresholds: ScoreThresholds) -> float:
    """Mean agreement of the plain view with each other one on the boxes that count, in [0, 1]."""
    kept = score_thresholds.kept(predicted.boxes)
    return float(
        np.mean([agreement(kept, score_thresholds.kept(view)) for view in predicted.views.values()])
    )


@dataclass(frozen=True)
class _Measured:
    """A look with what does not depend on any fit."""

    predicted: ImagePredictions
    boxes: BoxSet  # candidates
    rows: np.ndarray  # (n, f) their features

    @classmethod
    def of(cls, predicted: ImagePredictions) -> "_Measured":
        """Measure one image."""
        boxes = candidates(predicted)
        return cls(predicted, boxes, box_features(boxes, predicted))


@dataclass(frozen=True)
class Ridge:
    """A linear guess from features, clipped to [0, 1]."""

    mean: np.ndarray  # (f,) of the features it was fitted on
    spread: np.ndarray  # (f,) standard deviations; 1 where a feature did not vary
    weights: np.ndarray  # (f,) of the standardised features
    level: float  # mean of what is guessed

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n, f) features -> (n,) in [0, 1]."""
        guess = (rows - self.mean) / self.spread @ self.weights + self.level
        return np.asarray(np.clip(guess, 0, 1))


def fit_ridge(rows: np.ndarray, quality: np.ndarray, penalty: float = PENALTY) -> Ridge:
    """Least squares of quality (n,) on standardised features (n, f) with `penalty` on the squared
    weights; the level is not penalised.
    """
    mean, spread = rows.mean(0), rows.std(0)
    spread = np.where(spread > 1e-12, spread, 1.0)
    scaled, level = (rows - mean) / spread, float(quality.mean())
    gram = scaled.T @ scaled + penalty * np.eye(rows.shape[1])
    return Ridge(mean, spread, np.linalg.solve(gram, scaled.T @ (quality - level)), level)


@dataclass(frozen=True)
class BoxScorer:
    """The expected IoU of a candidate box with the truth, 0 where nothing is there."""

    classes: np.ndarray  # (k,) ids that it knows
    ridge: Ridge | None  # None where it was shown no box
    overlap: float  # mean IoU of the boxes that found something, in (0, 1]

    @classmethod
    def fit(cls, images: Sequence[_Measured], truths: Sequence[BoxSet]) -> "BoxScorer":
        """Learn from images whose true boxes are known."""
        found = np.concatenate([hits(m.boxes, t) for m, t in zip(images, truths, strict=True)])
        if not len(found):
            return cls(np.zeros(0, np.int64), None, 1.0)
        classes = np.unique(np.concatenate([m.boxes.classes for m in images]))
        rows = np.concatenate([_with_classes(m, classes) for m in images])
        overlap = float(found[found > 0].mean()) if (found > 0).any() else 1.0
        return cls(classes, fit_ridge(rows, found, BOX_PENALTY), overlap)

    def __call__(self, image: _Measured) -> np.ndarray:
        """(n,) expected IoU of the candidates, in [0, 1]."""
        if self.ridge is None or not len(image.boxes):
            return np.zeros(len(image.boxes))
        return self.ridge(_with_classes(image, self.classes))


def _with_classes(image: _Measured, classes: np.ndarray) -> np.ndarray:
    """(n, f + k): one more column for each class, 1 where the box is of it."""
    return np.concatenate([image.rows, image.boxes.classes[:, None] == classes[None]], 1)


def expected_quality(expected_iou: np.ndarray, counts: np.ndarray, overlap: float) -> float:
    """Quality to be expected of an image, in [0, 1]: `expected_iou` summed / (boxes +
    expected misses).

    `expected_iou` (n,) of its candidates, `counts` (n,) which of them are the label, `overlap`:
    mean IoU of a box that finds an object; the others are misses with chance expected_iou /
    overlap. Where no box counts: the chance that nothing is missed, misses taken for Poisson
    (docs/algorithms.md 2.3).
    """
    missed = float(np.minimum(1, expected_iou[~counts] / overlap).sum())
    boxes = int(counts.sum())
    return float(expected_iou[counts].sum() / (boxes + missed)) if boxes else float(np.exp(-missed))


def image_features(
    image: _Measured, judge: BoxScorer, score_thresholds: ScoreThresholds
) -> np.ndarray:
    """(5,) float64: expected quality, mean score, agreement, number of boxes, none at all."""
    counts = score_thresholds.counts(image.boxes)
    expected = expected_quality(judge(image), counts, judge.overlap)
    predicted, number = image.predicted, int(counts.sum())
    return np.array(
        [
            expected,
            mean_score(predicted.boxes, score_thresholds),
            view_agreement(predicted, score_thresholds),
            number,
            number == 0,
        ],
        float,
    )


def fit_images(
    rows: np.ndarray, quality: np.ndarray, known: int
) -> Callable[[np.ndarray], np.ndarray]:
    """A guess of quality (n,) from image_features (n, f), its freedom by how many are `known`.

    The expected quality as it is, from LEAST_FOR_RIDGE a ridge, from LEAST_FOR_TREES its mean with
    boosted stumps. Returns a function (m, f) -> (m,) in [0, 1]; the same for the same input.
    """
    if known < LEAST_FOR_RIDGE:
        return partial(_as_expected, quality[rows[:, NOTHING] > 0])
    ridge = fit_ridge(rows, quality)
    if known < LEAST_FOR_TREES:
        return ridge
    from sklearn.ensemble import GradientBoostingRegressor  # a second to load, in workers only

    stumps = GradientBoostingRegressor(
        n_estimators=80, learning_rate=0.1, max_depth=1, random_state=0
    ).fit(rows, quality)
    return lambda rows: np.asarray((ridge(rows) + np.clip(stumps.predict(rows), 0, 1)) / 2)


def _as_expected(empty: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The expected quality; where no box counts, pulled to the quality `empty` (k,) of such images
    by as many as there were: a detector that sees nothing may be right or blind."""
    expected = rows[:, EXPECTED]
    pulled = (expected + empty.sum()) / (1 + len(empty))
    return np.asarray(np.where(rows[:, NOTHING] > 0, pulled, expected))


def learned_confidence(
    known: Sequence[ImagePredictions],
    truths: Sequence[BoxSet],
    quality: np.ndarray,
    pool: Sequence[ImagePredictions],
    score_thresholds: ScoreThresholds,
    *,
    heartbeat: Heartbeat = no_heartbeat,
) -> tuple[np.ndarray, np.ndarray]:
    """Cross-fitted confidences of known and pool images, (n,) and (m,) in [0, 1].

    Each known image is scored by the regression that did not see its fold, each pool image by that
    of its own fold, so that the two are exchangeable fold by fold (docs/algorithms.md 2.3).
    `truths` and `quality` (n,) are those of the known images. `heartbeat` is called often.
    Raises Invalid for fewer than LEAST_KNOWN.
    """
    if len(quality) < LEAST_KNOWN:
        raise Invalid(f"The regression needs {LEAST_KNOWN} validation images, not {len(quality)}.")
    measured = [_Measured.of(predicted) for predicted in known]
    known_folds = np.array([fold_of(predicted.key, FOLDS) for predicted in known])
    pool_folds = np.array([fold_of(predicted.key, FOLDS) for predicted in pool], int)
    of_known, of_pool = np.zeros(len(known)), np.zeros(len(pool))
    for fold in range(FOLDS):
        taught = known_folds != fold
        teachers = np.flatnonzero(taught).tolist()
        judge = BoxScorer.fit([measured[i] for i in teachers], [truths[i] for i in teachers])
        rows = np.array([image_features(m, judge, score_thresholds) for m in measured])
        guess = fit_images(rows[taught], quality[taught], len(known))
        if not taught.all():
            of_known[~taught] = guess(rows[~taught])
        mine = np.flatnonzero(pool_folds == fold).tolist()
        if mine:
            seen = (_Measured.of(pool[i]) for i in with_heartbeat(mine, heartbeat))
            of_pool[mine] = guess(
                np.array([image_features(one, judge, score_thresholds) for one in seen])
            )
    return of_known, of_pool

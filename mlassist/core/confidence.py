"""How sure a detector is of a whole image: mean score, agreement with itself, or a regression."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.core.boxes import BoxSet, match
from labeling.errors import Invalid

FOLDS = 5
PENALTY = 3.0  # lambda of algorithms.md 2.1
LEAST_FOR_RIDGE = 30  # images; below, 7 weights follow the noise and the mean score is safer
_FAINT = 0.1  # boxes between this score and the cut hint at something missed


def mean_score(boxes: BoxSet, cut: float) -> float:
    """Mean score of the boxes with score >= `cut`, in [0, 1]; 0 where there is none.

    Ground Truth's rule. It cannot tell a truly empty image from a missed one: see fit_ridge.
    """
    kept = boxes.scores[boxes.scores >= cut]
    return float(kept.mean()) if len(kept) else 0.0


def flip_agreement(boxes: BoxSet, flipped: BoxSet, cut: float) -> float:
    """How far two views of one image agree on the boxes with score >= `cut`, in [0, 1].

    `flipped`: the prediction on the mirrored image, mirrored back (`predict(..., flip=True)`).
    Sum of matched IoU / (n + m - matches), 1 where both are empty (algorithms.md 2.1).
    """
    a, b = boxes.take(boxes.scores >= cut), flipped.take(flipped.scores >= cut)
    if not len(a) and not len(b):
        return 1.0
    _, _, iou = match(a, b)
    return float(iou.sum() / (len(a) + len(b) - len(iou)))


def features(boxes: BoxSet, flipped: BoxSet, cut: float) -> np.ndarray:
    """(7,) float64: mean, least and lower-quartile score of the kept boxes, their number, number
    of faint ones, sum of s (1 - s) over all, and flip_agreement.

    Without kept boxes the score features are 0 and the agreement is what the views say, so that
    the regression decides about empty images.
    """
    scores = boxes.scores
    kept = scores[scores >= cut]
    spread = (kept.mean(), kept.min(), np.quantile(kept, 0.25)) if len(kept) else (0.0, 0.0, 0.0)
    faint = ((scores > _FAINT) & (scores < cut)).sum()
    unsure = (scores * (1 - scores)).sum()
    return np.array([*spread, len(kept), faint, unsure, flip_agreement(boxes, flipped, cut)], float)


@dataclass(frozen=True)
class Ridge:
    """A linear guess of quality from features, clipped to [0, 1]."""

    mean: np.ndarray  # (f,) of the features it was fitted on
    spread: np.ndarray  # (f,) standard deviations; 1 where a feature did not vary
    weights: np.ndarray  # (f,) of the standardised features
    level: float  # mean quality

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n, f) features -> (n,) confidence in [0, 1]."""
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


def fold_of(key: str, folds: int = FOLDS) -> int:
    """The fold, from 0, of an image by its name alone: the same in every shard and run."""
    return hashlib.sha256(f"fold:{key}".encode()).digest()[0] % folds


def ridge_confidence(
    known_keys: Sequence[str],
    known: np.ndarray,
    quality: np.ndarray,
    pool_keys: Sequence[str],
    pool: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Cross-fitted confidences of validation and pool images, (n,) and (m,) in [0, 1].

    Each validation image is scored by the regression that did not see its fold, each pool image
    by that of its own fold, so that the two are exchangeable fold by fold (algorithms.md 2.3).
    `known` (n, 7) and `pool` (m, 7) are features. Raises Invalid for fewer than LEAST_FOR_RIDGE
    validation images.
    """
    if len(quality) < LEAST_FOR_RIDGE:
        raise Invalid(
            f"The regression needs {LEAST_FOR_RIDGE} validation images, not {len(quality)}."
        )
    known_folds = np.array([fold_of(key) for key in known_keys])
    pool_folds = np.array([fold_of(key) for key in pool_keys], int)
    of_known, of_pool = np.zeros(len(known)), np.zeros(len(pool))
    for fold in range(FOLDS):
        ridge = fit_ridge(known[known_folds != fold], quality[known_folds != fold])
        of_known[known_folds == fold] = ridge(known[known_folds == fold])
        of_pool[pool_folds == fold] = ridge(pool[pool_folds == fold])
    return of_known, of_pool

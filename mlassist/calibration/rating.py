"""Rates predictions: the confidence of whole images by each rule."""

from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.models import Job, Round
from mlassist.calibration.core import confidence as confidences
from mlassist.data.heartbeat import Heartbeat, with_heartbeat
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.prediction.core.views import ImagePredictions

RIDGE, MEAN_SCORE = "ridge", "mean score"


def confidence_of(
    round: Round,
    known: Sequence[ImagePredictions],
    truths: Sequence[BoxSet],
    qualities: np.ndarray,
    pool: Sequence[ImagePredictions],
    score_thresholds: ScoreThresholds,
    heartbeat: Heartbeat,
) -> tuple[str, np.ndarray, np.ndarray]:
    """Image confidence: the seed's mean score per round, the regression for a certificate.

    `heartbeat`: as for calibrating.judge.
    """
    enough = len(known) >= confidences.LEAST_KNOWN
    if round.settings.acceptance == Job.Acceptance.PER_ROUND or not enough:
        return (
            MEAN_SCORE,
            mean_scores(known, score_thresholds, heartbeat),
            mean_scores(pool, score_thresholds, heartbeat),
        )
    of_known, of_pool = confidences.learned_confidence(
        known, truths, qualities, pool, score_thresholds, heartbeat=heartbeat
    )
    return RIDGE, of_known, of_pool


def mean_scores(
    predictions: Sequence[ImagePredictions], score_thresholds: ScoreThresholds, heartbeat: Heartbeat
) -> np.ndarray:
    """(n,) mean scores, in [0, 1]."""
    return np.array(
        [
            confidences.mean_score(predicted.boxes, score_thresholds)
            for predicted in with_heartbeat(predictions, heartbeat)
        ]
    )

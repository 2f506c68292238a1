"""Rates predictions: the confidence of whole images by each rule."""

from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.models import Job, Round
from mlassist.calibration.core import confidence as confidences
from mlassist.data.heartbeat import Beat, beating
from mlassist.prediction.core.score_thresholds import Cuts
from mlassist.prediction.core.views import Look

RIDGE, MEAN_SCORE, AGREEMENT = "ridge", "mean score", "agreement"


def confidence_of(
    round: Round,
    known: Sequence[Look],
    truths: Sequence[BoxSet],
    qualities: np.ndarray,
    pool: Sequence[Look],
    cuts: Cuts,
    beat: Beat,
) -> tuple[str, np.ndarray, np.ndarray]:
    """Image confidence: the seed's mean score per round, the regression for a certificate.

    `beat`: as for calibrating.judge.
    """
    enough = len(known) >= confidences.LEAST_KNOWN
    if round.settings.acceptance == Job.Acceptance.PER_ROUND or not enough:
        return MEAN_SCORE, mean_scores(known, cuts, beat), mean_scores(pool, cuts, beat)
    of_known, of_pool = confidences.learned_confidence(
        known, truths, qualities, pool, cuts, beat=beat
    )
    return RIDGE, of_known, of_pool


def mean_scores(looks: Sequence[Look], cuts: Cuts, beat: Beat) -> np.ndarray:
    """(n,) mean scores, in [0, 1]."""
    return np.array([confidences.mean_score(look.boxes, cuts) for look in beating(looks, beat)])


def agreements(looks: Sequence[Look], cuts: Cuts, beat: Beat) -> np.ndarray:
    """(n,) agreement of the views, in [0, 1]; every look needs its views."""
    return np.array([confidences.view_agreement(look, cuts) for look in beating(looks, beat)])

"""Rates predictions: the confidence of whole images by each rule."""

from collections.abc import Iterator, Sequence

import numpy as np

from labeling.core.boxes import BoxSet, pack
from labeling.models import Job, Round
from mlassist.core import confidence as confidences
from mlassist.core.beating import Beat, beating
from mlassist.core.cuts import Cuts
from mlassist.core.looks import Look
from mlassist.models import Prediction

RIDGE, MEAN_SCORE, AGREEMENT = "ridge", "mean score", "agreement"


def confidence_of(
    round: Round, known: Sequence[Prediction], truths: Sequence[BoxSet], qualities: np.ndarray,
    pool: Sequence[Prediction], cuts: Cuts, beat: Beat,
) -> tuple[str, np.ndarray, np.ndarray]:  # fmt: skip
    """Image confidence: the seed's mean score per round, the regression for a certificate.

    `beat`: as for calibrating.judge.
    """
    enough = len(known) >= confidences.LEAST_KNOWN
    if round.settings["acceptance"] == Job.Acceptance.PER_ROUND or not enough:
        return MEAN_SCORE, mean_scores(known, cuts, beat), mean_scores(pool, cuts, beat)
    of_known, of_pool = confidences.learned_confidence(
        list(looks(known, beat)), truths, qualities, list(looks(pool, beat)), cuts, beat=beat
    )
    return RIDGE, of_known, of_pool


def mean_scores(rows: Sequence[Prediction], cuts: Cuts, beat: Beat) -> np.ndarray:
    """(n,) mean scores, in [0, 1]."""
    return np.array([confidences.mean_score(pack(p.boxes), cuts) for p in beating(rows, beat)])


def agreements(rows: Sequence[Prediction], cuts: Cuts, beat: Beat) -> np.ndarray:
    """(n,) agreement of the views, in [0, 1]; every row needs its views."""
    return np.array([confidences.view_agreement(look, cuts) for look in looks(rows, beat)])


def looks(rows: Sequence[Prediction], beat: Beat) -> Iterator[Look]:
    """The rows as the pure core takes them."""
    for p in beating(rows, beat):
        views = {name: pack(boxes) for name, boxes in p.views.items()}
        yield Look(p.image.digest, (p.image.width, p.image.height), pack(p.boxes), views)

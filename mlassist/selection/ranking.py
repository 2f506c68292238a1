"""Gives the images that are left their place in line."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from labeling.kernel.boxes import BoxSet, pack
from labeling.ledger.steps import Lease
from labeling.models import Image, Job, Label, Round
from labeling.review.verdicts import LIFTED
from mlassist.calibration.core.per_class import stands_for
from mlassist.calibration.proposals import names_of
from mlassist.data.heartbeat import with_heartbeat
from mlassist.models import Calibration, Detector, Prediction
from mlassist.prediction.core.annotation_time import Seconds
from mlassist.prediction.core.box_scores import BoxScores
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.selection.core.usefulness import Choice, rank

WRITE = 500


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One image in line, as the detector saw it."""

    image: int  # its primary key
    digest: str
    perceptual_hash: int | None
    confidence: float
    boxes: BoxSet  # with the detector's own scores


def store(round: Round, calibration: Calibration, lease: Lease) -> None:
    """Write `Image.priority` for every unlabelled image this detector has seen, but for those that
    a reviewer sent back: these stay first in line."""
    rows = _waiting(round, calibration.detector, lease)
    scores = BoxScores.from_json(calibration.box_scores)
    acceptable = _acceptable(round, calibration, rows)
    priorities = rank(
        [
            Choice(one.digest, scores.read(one.boxes), taken, one.perceptual_hash)
            for one, taken in zip(rows, acceptable, strict=True)
        ],
        seed=round.job.seed + round.number,
        labelled=_boxes_by_class(round),
        suggestions=round.settings.suggestions,
        labelled_hashes=_labelled_hashes(round),
        seconds=Seconds.measured(round.settings.timing),
        estimated_share=round.estimate["share"]
        if round.estimate and round.settings.acceptance == Job.Acceptance.CERTIFIED
        else 0.0,
    )
    places = list(zip((one.image for one in rows), priorities, strict=True))
    for start in range(0, len(places), WRITE):
        part = [Image(pk=pk, priority=value) for pk, value in places[start : start + WRITE]]
        with lease.fenced():
            Image.objects.bulk_update(part, ["priority"])


def _waiting(round: Round, detector: Detector, lease: Lease) -> list[_Waiting]:
    rows = (
        Prediction.objects.filter(detector=detector, image__in=round.job.images.unlabeled())
        .exclude(image__priority=LIFTED)
        .order_by("image")
        .values_list("image", "image__digest", "image__perceptual_hash", "confidence", "boxes")
    )
    return [
        _Waiting(image, digest, perceptual_hash, confidence or 0.0, pack(boxes))
        for image, digest, perceptual_hash, confidence, boxes in with_heartbeat(
            rows.iterator(WRITE), partial(lease.renew, 0, 0)
        )
    ]


def _acceptable(round: Round, calibration: Calibration, rows: Sequence[_Waiting]) -> list[bool]:
    """Which images lie above their threshold: the one for all, or that of their class."""
    if not calibration.class_thresholds:
        threshold = calibration.threshold
        return [threshold is not None and one.confidence >= threshold for one in rows]
    score_thresholds, names = (
        ScoreThresholds.from_json(calibration.score_thresholds),
        names_of(round),
    )
    own = stands_for([score_thresholds.kept(one.boxes) for one in rows])
    asked = [calibration.class_thresholds.get(names[c], math.inf) for c in own.tolist()]
    return [one.confidence >= least for one, least in zip(rows, asked, strict=True)]


def _boxes_by_class(round: Round) -> dict[int, int]:
    counts = Counter({c.index: 0 for c in round.settings.classes if not c.retired})
    rows = Label.objects.active().filter(image__job=round.job, image__split="training")
    for boxes in rows.values_list("boxes", flat=True).iterator(chunk_size=1000):
        counts.update(box["class_id"] for box in boxes if box["class_id"] in counts)
    return dict(counts)


def _labelled_hashes(round: Round) -> list[int]:
    hashes = round.job.images.labeled().values_list("perceptual_hash", flat=True)
    return [perceptual_hash for perceptual_hash in hashes if perceptual_hash is not None]

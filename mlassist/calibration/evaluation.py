"""Compares a detector's confidence with its quality on validation images, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from labeling.certification.planning import Candidate, Proposal
from labeling.kernel import guarantee
from labeling.kernel.boxes import BoxSet, pack
from labeling.kernel.certificate_shapes import DetectorSaid
from labeling.kernel.json_shapes import AveragePrecision, Estimate
from labeling.models import AuditPlan, Job, Label, Round
from labeling.review import monitoring
from mlassist.calibration import rating
from mlassist.calibration.core import thresholds as rules
from mlassist.calibration.core.average_precision import average_precision
from mlassist.calibration.core.forecast import forecast
from mlassist.calibration.proposals import Outlook, Seen, Trial, by_classes, to_accept, to_prove
from mlassist.data.heartbeat import Heartbeat
from mlassist.models import Calibration, Detector, Prediction
from mlassist.prediction.core.box_scores import BoxScores, fit_scores
from mlassist.prediction.core.score_thresholds import ScoreThresholds, choose_score_thresholds
from mlassist.prediction.stored import StoredPrediction, read_predictions
from mlassist.training import cross_validation


@dataclass(frozen=True)
class Judged:
    """A detector judged: confidences of all images, threshold or candidate sets, estimate."""

    detector: Detector
    rule: str
    score_thresholds: ScoreThresholds
    box_scores: BoxScores
    known: Sequence[StoredPrediction]  # the images that judge it
    pool: Sequence[StoredPrediction]  # unlabelled images the machine may accept
    average_precision: AveragePrecision | None
    known_confidence: np.ndarray
    known_quality: np.ndarray
    pool_confidence: np.ndarray
    threshold: float | None
    trial: Trial
    estimate: Estimate

    @property
    def curve(self) -> list[tuple[float, float, int]]:
        """Mean quality at or above each confidence, for the chart."""
        points = rules.curve(self.known_confidence, self.known_quality)
        return [(short(p.threshold), short(p.quality), p.images) for p in points]

    @property
    def points(self) -> list[tuple[float, float]]:
        """Confidence and quality of each validation image."""
        pairs = zip(self.known_confidence, self.known_quality, strict=True)
        return [(short(c), short(q)) for c, q in pairs]

    @property
    def class_thresholds(self) -> dict[str, float]:
        """From where each class is accepted, by name, where classes are proved apart."""
        return dict(zip(self.trial.classes, map(short, self.trial.thresholds), strict=False))

    @property
    def mean_quality(self) -> float | None:
        """Over all validation images."""
        return float(self.known_quality.mean()) if len(self.known_quality) else None

    @property
    def about(self) -> DetectorSaid:
        """What a certificate says of the detector and the confidence."""
        return {
            "detector": self.detector.digest,
            "design": self.detector.design,
            "score_thresholds": self.score_thresholds.to_json(),
            "confidence": self.rule,
            "validation_images": len(self.known),
        }

    def confidences(self) -> list[tuple[int, float]]:
        """Primary key of each prediction, and the confidence to store there."""
        values = [*self.known_confidence.tolist(), *self.pool_confidence.tolist()]
        pks = [one.prediction for one in (*self.known, *self.pool)]
        return list(zip(pks, values, strict=True))

    def proposal(self) -> Proposal:
        """What a closing round puts to the proof."""
        trial = self.trial
        candidates = [
            Candidate(
                one.image,
                one.predicted.key,
                rank,
                value,
                self.score_thresholds.kept(one.predicted.boxes),
            )
            for one, rank, value in zip(
                self.pool, trial.ranks, self.pool_confidence.tolist(), strict=True
            )
            if rank is not None
        ]
        return Proposal(
            candidates,
            trial.thresholds,
            trial.expected,
            trial.budget,
            self.about,
            trial.classes,
            trial.left_out,
        )


def locked_candidates(
    locked: AuditPlan, detector: Detector, heartbeat: Heartbeat
) -> list[Candidate]:
    """What an audit plan put to the proof, less what has a label now."""
    content = locked.content
    ranks = {key: rank for key, rank, *_ in content["candidates"]}
    score_thresholds = ScoreThresholds.from_json(content["about"]["score_thresholds"])
    unlabeled = locked.round.job.images.unlabeled()
    rows = Prediction.objects.filter(detector=detector, image__in=unlabeled)
    sure = dict(rows.values_list("pk", "confidence"))
    return [
        Candidate(
            one.image,
            one.predicted.key,
            ranks[one.predicted.key],
            sure[one.prediction] or 0.0,
            score_thresholds.kept(one.predicted.boxes),
        )
        for one in read_predictions(rows, heartbeat)
        if one.predicted.key in ranks
    ]


def judge(detector: Detector, heartbeat: Heartbeat) -> Judged | None:
    """Judge a detector on its round's data; None without validation images.

    `heartbeat` is called at least every few hundred images: of a large pool it takes minutes.
    """
    round = detector.round
    known, truths = _known(detector, heartbeat)
    if not known:
        return None
    pool = _pool(detector, heartbeat)
    boxes = [one.predicted.boxes for one in known]
    score_thresholds = choose_score_thresholds(boxes, truths)
    kind = round.settings.kind
    qualities = np.array(
        [
            guarantee.value(kind, score_thresholds.kept(p), t)
            for p, t in zip(boxes, truths, strict=True)
        ]
    )
    rule, of_known, of_pool = rating.confidence_of(
        round,
        [k.predicted for k in known],
        truths,
        qualities,
        [p.predicted for p in pool],
        score_thresholds,
        heartbeat,
    )
    if round.settings.acceptance == Job.Acceptance.CERTIFIED:
        pool_seen = Seen([score_thresholds.kept(one.predicted.boxes) for one in pool], of_pool)
        known_seen = Seen([score_thresholds.kept(one) for one in boxes], of_known)
        outlook = to_prove(round, pool_seen, known_seen, qualities)
    else:
        still = _not_taken_before(detector, known)
        outlook = to_accept(round, of_pool, of_known[still], qualities[still])
    return Judged(
        detector,
        rule,
        score_thresholds,
        fit_scores(boxes, truths),
        known,
        pool,
        average_precision(boxes, truths),
        of_known,
        qualities,
        of_pool,
        outlook.threshold,
        outlook.trial,
        _estimate(detector, outlook, len(pool)),
    )


def _estimate(detector: Detector, outlook: Outlook, pool: int) -> Estimate:
    """What the round's estimate holds, for the page and the rule that closes a job."""
    round = detector.round
    target = round.settings.target_quality
    accepted, _ = outlook.taken(target, np.arange(outlook.judges), True)
    share = accepted if outlook.reach is None else outlook.reach
    ahead = forecast(outlook.taken, pool, outlook.judges, target)
    return {
        "accept_now": accepted,
        "share": short(share / pool) if pool else 0.0,
        "threshold": None if outlook.threshold is None else short(outlook.threshold),
        "sentence": _told(round, accepted, outlook),
        "labels": detector.trained_on,
        "elsewhere": detector.metrics.get("elsewhere", 0),
        "forecast": [
            (short(row.target), short(row.share), short(row.low), short(row.high), row.checks)
            for row in ahead
        ],
    }


def _known(detector: Detector, heartbeat: Heartbeat) -> tuple[list[StoredPrediction], list[BoxSet]]:
    """Predictions of the images that judge the detector, and the people's boxes there."""
    job = detector.round.job
    judges = Q(image__in=job.images.validation())
    if detector.folds:
        per_round = detector.round.settings.acceptance == Job.Acceptance.PER_ROUND
        judges |= Q(image__in=cross_validation.calibration_images(job, drawn_at_random=per_round))
    known = list(read_predictions(Prediction.objects.filter(judges, detector=detector), heartbeat))
    labels = {
        row.image_id: row.boxes
        for row in Label.objects.active()
        .filter(image__in=[one.image for one in known])
        .only("image_id", "boxes")
    }
    return known, [pack(labels[one.image]) for one in known]


def _pool(detector: Detector, heartbeat: Heartbeat) -> list[StoredPrediction]:
    not_ours = monitoring.not_for_machine(detector.round)
    unlabeled = detector.round.job.images.unlabeled()
    seen = read_predictions(
        Prediction.objects.filter(detector=detector, image__in=unlabeled), heartbeat
    )
    return [one for one in seen if one.image not in not_ours]


def _not_taken_before(detector: Detector, known: Sequence[StoredPrediction]) -> np.ndarray:
    """Which validation images would still be here, had they been in the pool, (n,) bool.

    Earlier rounds took the images they were surest of; what is left is harder than validation as
    a whole, so the same rule is run on validation first (docs/algorithms.md 2.5).
    """
    taken: set[int] = set()
    earlier = Calibration.objects.filter(
        detector__round__job=detector.round.job,
        detector__round__number__lt=detector.round.number,
        threshold__isnull=False,
    )
    for row in earlier:
        taken |= set(
            Prediction.objects.filter(
                detector=row.detector_id, confidence__gte=row.threshold
            ).values_list("image", flat=True)
        )
    return np.array([one.image not in taken for one in known], bool)


def _told(round: Round, accepted: int, outlook: Outlook) -> str:
    """What would be accepted now, in words; provisional where a certificate decides."""
    threshold = outlook.threshold
    if by_classes(round):
        if accepted:
            return f"would accept now: {accepted} images (provisional, class by class)"
        return "no class is safe yet, people get the images"
    if threshold is None:
        return "no threshold is safe, people get the images"
    if round.settings.acceptance != Job.Acceptance.CERTIFIED:
        return f"accepts from confidence {threshold:.2f} on"
    if accepted:
        return f"would accept now: about {accepted} images (provisional)"
    if outlook.impossible:
        return f"{outlook.impossible}: people get the images"
    return "the checks would hardly prove anything yet, people get the images"


def short(value: float) -> float:
    """Four digits: what charts and tables need."""
    return float(f"{value:.4f}")

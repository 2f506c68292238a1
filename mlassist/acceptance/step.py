"""The end of the machine's part: what becomes a label, and the place in line of the rest."""

import hashlib
from pathlib import Path

from django.conf import settings

from labeling.certification import certificates
from labeling.consolidation import labels
from labeling.kernel import events
from labeling.kernel.json_shapes import LabelDetail
from labeling.ledger.steps import Lease, step
from labeling.models import Job, Label, Round, Step
from labeling.review import monitoring
from mlassist.models import Calibration, Detector, Prediction
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.selection import ranking

WRITE = 200


@step(Round.State.ACCEPTING)
def accept(step: Step, lease: Lease) -> None:
    """Make the machine's labels binding where the rules allow, then rank what is left."""
    round = step.round
    detector = Detector.objects.filter(round=round).first()
    calibration = Calibration.objects.filter(detector=detector).first() if detector else None
    if round.purpose == Round.Purpose.CLOSING:
        certificates.conclude(round, lease, program_digest)
    elif calibration and round.settings.acceptance == Job.Acceptance.PER_ROUND:
        _accept_above(round, calibration, lease)
    with lease.fenced():
        monitoring.sample_for_monitoring(round)
    if calibration is not None:
        ranking.store(round, calibration, lease)


def _accept_above(round: Round, calibration: Calibration, lease: Lease) -> None:
    if calibration.threshold is None:
        return
    detector = calibration.detector
    ids, score_thresholds = (
        acceptable(calibration),
        ScoreThresholds.from_json(calibration.score_thresholds),
    )
    detail: LabelDetail = {
        "detector": detector.digest,
        "threshold": calibration.threshold,
        "score_thresholds": calibration.score_thresholds,
    }
    accepted = 0
    for start in range(0, len(ids), WRITE):
        part = Prediction.objects.filter(pk__in=ids[start : start + WRITE])
        rows = part.select_related("image").defer("views")
        with lease.fenced():
            accepted += labels.accept_auto(
                round,
                [
                    (p.image, score_thresholds.stored(p.boxes), p.confidence or 0.0, detail)
                    for p in rows
                ],
            )
        lease.renew(min(start + WRITE, len(ids)), len(ids))
    total = Label.objects.auto().filter(round=round).count()
    with lease.fenced():
        events.record(round.job, "accepted", None, round=round.number, images=total)


def acceptable(calibration: Calibration) -> list[int]:
    """Predictions above θ for unlabelled images, of intakes that validation has seen, not taken
    back; primary keys, the surest first."""
    round = calibration.detector.round
    judged = set(round.job.images.validation().values_list("intake", flat=True))
    taken_back = monitoring.not_for_machine(round)
    rows = (
        Prediction.objects.filter(
            detector=calibration.detector,
            confidence__gte=calibration.threshold,
            image__in=round.job.images.unlabeled(),
            image__intake__in=judged,
        )
        .order_by("-confidence", "image")
        .values_list("pk", "image")
    )
    return [pk for pk, image in rows if image not in taken_back]


def program_digest() -> str:
    """SHA-256 over the code that a certificate rests on."""
    root = Path(settings.BASE_DIR)
    locked = hashlib.sha256()
    pure = ("labeling/kernel", "labeling/*/core", "mlassist/data", "mlassist/detectors")
    folders = [found for name in (*pure, "mlassist/*/core") for found in root.glob(name)]
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        locked.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return locked.hexdigest()

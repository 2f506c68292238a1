"""Calibrates: confidence against quality, stored; a closing round's audit plan, locked."""

from functools import partial

from labeling.certification import planning, publication
from labeling.kernel import events
from labeling.ledger.steps import Lease, step
from labeling.models import AuditPlan, Round, Step
from labeling.rounds import selection
from mlassist.calibration.evaluation import Judged, judge, locked_candidates
from mlassist.models import Calibration, Detector, Prediction

WRITE = 200


@step(Round.State.CALIBRATING)
def calibrate(step: Step, lease: Lease) -> None:
    """Judge the detector on validation images; in a closing round, lock the audit plan."""
    round = step.round
    detector = Detector.objects.filter(round=round).first()
    if detector is None:
        return
    heartbeat = partial(lease.renew, 0, 0)
    if plan := AuditPlan.objects.filter(round=round).first():  # by a worker that was killed since
        planning.write_audits(plan, lease, locked_candidates(plan, detector, heartbeat))
        selection.open_the_rest(round, lease)
        return
    judged = judge(detector, heartbeat)
    if judged is None:
        with lease.fenced(last=True):
            events.record(
                round.job,
                "calibrated",
                None,
                round=round.number,
                sentence="no validation image, so nothing is accepted",
            )
        return
    if not Calibration.objects.filter(detector=detector).exists():
        _store_confidences(lease, detector, judged)
        with lease.fenced():
            _store_calibration(detector, judged)
            if round.purpose == Round.Purpose.CLOSING and judged.trial.left_out:
                events.record(
                    round.job,
                    "classes_left_out",
                    None,
                    round=round.number,
                    classes=", ".join(judged.trial.left_out),
                )
    if round.purpose == Round.Purpose.CLOSING and judged.trial.thresholds:
        if plan := planning.lock(round, lease, judged.proposal()):
            publication.mail_plan(plan)
        selection.open_the_rest(round, lease)


def _store_confidences(lease: Lease, detector: Detector, judged: Judged) -> None:
    rows = judged.confidences()
    for start in range(0, len(rows), WRITE):
        part = [Prediction(pk=pk, confidence=value) for pk, value in rows[start : start + WRITE]]
        with lease.fenced():
            Prediction.objects.bulk_update(part, ["confidence"])
        lease.renew(min(start + WRITE, len(rows)), len(rows))


def _store_calibration(detector: Detector, judged: Judged) -> None:
    round = detector.round
    Calibration.objects.create(
        detector=detector,
        rule=judged.rule,
        threshold=judged.threshold,
        class_thresholds=judged.class_thresholds,
        score_thresholds=judged.score_thresholds.to_json(),
        box_scores=judged.box_scores.to_json(),
        target_quality=round.settings.target_quality,
        curve=judged.curve,
        points=judged.points,
        validation_images=len(judged.points),
        validation_quality=judged.mean_quality,
        average_precision=judged.average_precision,
    )
    Round.objects.filter(pk=round.pk).update(estimate=judged.estimate)
    events.record(
        round.job, "calibrated", None, round=round.number, sentence=judged.estimate["sentence"]
    )

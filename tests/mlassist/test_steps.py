"""The machine's steps on odd ground: nothing to learn, nothing to judge, nothing safe."""

import numpy as np
import pytest

from labeling.kernel.errors import Invalid
from labeling.models import Event, Label, Step
from labeling.reports import snapshot, wording
from labeling.review import grid
from labeling.review.verdicts import LIFTED
from labeling.rounds import lifecycle
from mlassist.calibration import charts
from mlassist.calibration.evaluation import judge
from mlassist.data.heartbeat import no_heartbeat
from mlassist.models import Calibration, Detector, Prediction
from mlassist.prediction.stored import read_predictions
from mlassist.selection import ranking
from tests import fakes
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.running import Held, giving_early, run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def active(settings, alice, rita):
    """Brings a job to its first active round's people, the detector scripted."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def make(boxes=None, images: int = 90, sight=None, early: int = 0, **fields):
        if sight:
            fakes.SEES["sight"] = sight
        job = make_job(**{**ALONE, "acceptance": "per_round", "monitoring_share": 0.5, **fields})
        join(job, alice, "annotator")
        join(job, rita, "reviewer")
        make_images(job, images)
        lifecycle.start(job, None)
        for _ in range(10):
            run_steps(job, before=giving_early(early))
            if job.rounds.filter(purpose="active").exists():
                break
            if not work_all(job, alice, boxes=boxes):
                break
        return job

    yield make
    fakes.SEES.clear()


def test_a_round_trains_predicts_calibrates_and_accepts_above_theta(active):
    job = active()
    detector = Detector.objects.get(round__job=job)
    calibration = Calibration.objects.get(detector=detector)

    assert detector.trained_on == 20
    assert Prediction.objects.filter(detector=detector).count() == 30 + 40
    assert calibration.threshold is not None
    assert (
        calibration.average_precision
        == charts.machine_charts(job)["calibration"]["average_precision"]
    )
    assert 0 < calibration.average_precision["ap"] <= calibration.average_precision["ap50"] <= 1
    accepted = Label.objects.auto().filter(image__job=job)
    assert accepted.exists()
    for label in accepted:
        assert label.confidence >= calibration.threshold
        assert label.detail["detector"] == detector.digest
        assert label.detail["threshold"] == calibration.threshold
    watched = job.rounds.get(purpose="active").audits.filter(kind="monitoring").count()
    assert 0 < watched <= accepted.count()


def test_a_detector_that_sees_nothing_right_accepts_nothing(active):
    job = active(sight=lambda path: ((120.0, 90.0, 150.0, 120.0), 0.9))

    assert Calibration.objects.get(detector__round__job=job).threshold is None
    assert not Label.objects.auto().filter(image__job=job).exists()
    assert job.rounds.get(purpose="active").assignments.filter(state="open").exists()
    assert "no threshold is safe" in snapshot.of_job(job)["estimate"]["sentence"]


def test_a_detector_that_sees_no_box_at_all_is_handled(active):
    job = active(sight=lambda path: None)
    assert not Label.objects.auto().filter(image__job=job).exists()
    assert snapshot.of_job(job)["calibration"]["points"]


def test_a_refused_training_gives_the_images_to_people(active, monkeypatch):
    def refuses(*args, **kwargs):
        raise Invalid("There is nothing to learn.", code="no_boxes")

    monkeypatch.setattr(fakes, "train", refuses)
    job = active()

    round = job.rounds.get(purpose="active")
    assert round.state == "COLLECTING"
    assert round.assignments.filter(state="open").count() == 20
    said = Event.objects.get(job=job, kind="training_skipped")
    assert said.data["reason"] == "no_boxes"
    assert wording.event_text(said).endswith("none of the training images has a box")


def test_a_wrong_set_up_stops_the_training_and_says_so(active, monkeypatch):
    def refuses(*args, **kwargs):
        raise Invalid("This machine has no cuda:7.", where="MLASSIST_DEVICE")

    monkeypatch.setattr(fakes, "train", refuses)
    job = active()

    assert job.rounds.get(purpose="active").state == "TRAINING"
    assert not Event.objects.filter(job=job, kind="training_skipped").exists()
    assert "no cuda:7" in str(snapshot.of_job(job)["alerts"])


def test_what_was_taught_and_sent_back_goes_to_people_and_not_to_the_machine(active, rita):
    """The detector may know its label by heart, right or wrong."""
    job = active(target_quality=0.1)
    join(job, rita, "reviewer")
    label = Label.objects.active().filter(image__job=job, image__split="training").first()
    grid.store(job, rita, [{"label": label.pk, "verdict": "rejected", "reason": "wrong_class"}])

    for _ in range(3):
        work_all(job, job.members.get(role="annotator").user)
        run_steps(job)

    assert job.rounds.filter(purpose="active").count() > 1
    assert not Step.objects.filter(round__job=job).exclude(error="").exists()
    assert not Label.objects.auto().filter(image=label.image).exists()
    assert Label.objects.active().filter(image=label.image, source="human").exists()


def test_an_image_first_in_line_stays_there(active):
    job = active()
    image = job.images.unlabeled().exclude(priority=None).first()
    type(image).objects.filter(pk=image.pk).update(priority=LIFTED)

    round = job.rounds.get(purpose="active")
    calibration = Calibration.objects.get(detector__round=round)
    ranking.store(round, calibration, Held())

    image.refresh_from_db()
    assert image.priority == LIFTED


def test_judging_tells_again_and_again_that_it_is_alive(active, monkeypatch):
    monkeypatch.setattr("mlassist.data.heartbeat.EVERY", 10)
    job = active(acceptance="certified", images=120, early=10)
    detector = Detector.objects.get(round__job=job)
    heartbeats: list[int] = []

    judged = judge(detector, lambda: heartbeats.append(1))

    assert len(heartbeats) > 2 * len(judged.pool) / 10


def test_ranking_tells_again_and_again_that_it_is_alive(active, monkeypatch):
    monkeypatch.setattr("mlassist.data.heartbeat.EVERY", 10)
    job = active(acceptance="certified", images=120, early=10)
    round = job.rounds.get(purpose="active")
    calibration = Calibration.objects.get(detector__round=round)
    lease, heartbeats = Held(), []
    monkeypatch.setattr(lease, "renew", lambda *args: heartbeats.append(args))

    ranking.store(round, calibration, lease)

    assert len(heartbeats) > 2


def test_a_loss_that_is_no_number_stops_with_a_reason(active, monkeypatch):
    from labeling.kernel.errors import LabelingError

    def diverges(*args, **kwargs):
        raise LabelingError("The loss is not finite at step 12.")

    monkeypatch.setattr(fakes, "train", diverges)
    job = active()

    round = job.rounds.get(purpose="active")
    assert round.state == "TRAINING"
    assert "not finite" in snapshot.of_job(job)["round"]["step_error"]
    assert not Label.objects.auto().filter(image__job=job).exists()


def test_predicting_again_changes_nothing(active):
    job = active()
    from mlassist.prediction.step import unpredicted

    detector = Detector.objects.get(round__job=job)
    assert not unpredicted(detector).exists()


def test_a_certified_job_judges_by_the_regression_and_writes_no_label(active):
    job = active(acceptance="certified", images=120, early=10)
    calibration = Calibration.objects.get(detector__round__job=job)

    assert calibration.rule == "ridge"
    assert not Label.objects.auto().filter(image__job=job).exists()
    assert (
        Prediction.objects.filter(detector=calibration.detector).exclude(confidence=None).exists()
    )


def test_an_image_taken_back_once_is_never_a_candidate_again(active):
    job = active(acceptance="certified", images=120, early=10)
    detector = Detector.objects.get(round__job=job)
    image = judge(detector, no_heartbeat).pool[0].image
    label = Label.objects.create(image_id=image, source="auto", boxes=[box()])
    Label.objects.filter(pk=label.pk).update(revoked_at=label.created_at, reason="revoked")

    assert image not in {one.image for one in judge(detector, no_heartbeat).pool}


def test_validation_images_that_an_earlier_round_took_no_longer_judge(active):
    job = active()
    first = Detector.objects.get(round__job=job)
    theta = Calibration.objects.get(detector=first).threshold
    taken = set(
        Prediction.objects.filter(
            detector=first, confidence__gte=theta, image__split="validation"
        ).values_list("image", flat=True)
    )
    assert taken
    from mlassist.calibration.evaluation import _not_taken_before

    later = Detector(
        round=job.rounds.create(
            number=99, purpose="active", state="CLOSED", settings={}, closed_at=first.created_at
        )
    )
    known = list(
        read_predictions(
            Prediction.objects.filter(detector=first, image__split="validation"), no_heartbeat
        )
    )
    still = _not_taken_before(later, known)
    assert {p.image for p, kept in zip(known, still, strict=True) if not kept} == taken
    assert isinstance(still, np.ndarray)

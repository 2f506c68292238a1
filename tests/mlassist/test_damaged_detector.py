"""A detector file with one wrong byte is not used: its step is done anew, and the page says so."""

from pathlib import Path

import pytest
import torch

from labeling.kernel.stored_files import media_path
from labeling.models import Event
from labeling.reports import wording
from labeling.rounds import lifecycle
from mlassist.data import whole_files
from mlassist.models import Detector, Prediction
from mlassist.training import warm_start
from tests import fakes
from tests.factories import ALONE, join, make_images, make_job, work_all
from tests.mlassist.trained import give_detector
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(settings, alice, rita):
    """A job that has just drawn what its first detector learns from."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def make(images=70, **fields):
        job = make_job(**{**ALONE, "acceptance": "per_round", **fields})
        join(job, alice, "annotator")
        join(job, rita, "reviewer")
        make_images(job, images)
        lifecycle.start(job, None)
        for _ in range(2):
            run_steps(job)
            work_all(job, alice)
        return job

    yield make
    fakes.SEES.clear()


def flip(path: Path, place: int = 3) -> None:
    """One bit of one byte."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def flipping(state: str):
    """Damages the job's detectors once, before the first step of this state."""
    done = []

    def before(step) -> None:
        if step.state == state and not done:
            done.append(1)
            for detector in Detector.objects.all():
                flip(media_path(detector.weights))

    return before


@pytest.mark.parametrize("folds", [False, True])
def test_a_detector_damaged_before_it_looks_is_trained_again(make, alice, folds):
    job = make(validation_size=0 if folds else 20)
    for _ in range(3):
        if Detector.objects.exists():
            break
        run_steps(job, before=flipping("PREDICTING"))
        work_all(job, alice)

    detector = Detector.objects.get()
    assert whole_files.digest(media_path(detector.weights)) == detector.digest
    assert Prediction.objects.filter(detector=detector).exists()
    assert not Event.objects.filter(kind="step_failed").exists()
    [event] = Event.objects.filter(kind="detector_damaged")
    assert wording.event_text(event) == (
        f"Detector of round {detector.round.number}: The file is damaged: it is not what was "
        "saved. It is trained again."
    )


def test_the_next_round_begins_afresh_where_the_last_detector_is_damaged(make, alice, monkeypatch):
    previous, train = [], fakes.train

    def noting(*args, **rest):
        previous.append(rest["previous"])
        return train(*args, **rest)

    monkeypatch.setattr(fakes, "train", noting)
    fakes.SEES["sight"] = lambda path: None  # so that images are left for another round
    job = make(images=110)
    for _ in range(6):
        run_steps(job)
        if Detector.objects.exists():
            break
        work_all(job, alice)
    flip(media_path(Detector.objects.get().weights))
    work_all(job, alice)
    run_steps(job)

    assert Detector.objects.count() == 2
    assert previous == [None, None]
    assert "starting weights" in wording.event_text(Event.objects.get(kind="detector_damaged"))


def test_a_job_does_not_start_from_a_damaged_detector():
    pond = make_job(**ALONE, name="Pond")
    give_detector(pond, [0, 1], 40)
    lake = make_job(**ALONE, name="Lake")
    assert warm_start.source_problem(lake, pond) == ""
    flip(media_path(Detector.objects.get().weights))
    assert "The file is damaged" in warm_start.source_problem(lake, pond)


def test_a_checkpoint_with_a_wrong_byte_means_starting_anew(tmp_path):
    path = tmp_path / "checkpoint"
    state = {"identity": "x", "weights": torch.arange(1000.0)}
    whole_files.write_checkpoint(path, state)
    assert whole_files.read_checkpoint(path, "x", torch.device("cpu")) is not None

    flip(path, path.read_bytes().index(torch.tensor([500.0]).numpy().tobytes()))

    assert whole_files.read_checkpoint(path, "x", torch.device("cpu")) is None

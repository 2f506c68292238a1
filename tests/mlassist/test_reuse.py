"""A closing round with nothing new to learn keeps the detector of the round before."""

import pytest

from labeling.kernel.stored_files import media_path
from labeling.models import Certificate, Event, Label
from mlassist.models import Detector, Prediction
from mlassist.training import cross_validation, reuse, training_set
from tests import fakes
from tests.auditing import at_its_audit, judge_all, round_of
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counted(monkeypatch):
    """What the engine is asked: detectors trained, and how many pictures each looked at."""
    trained, looked, train, predict = [], [], fakes.train, fakes.predict

    def noting_train(samples, class_ids, target, **rest):
        trained.append(target.name)
        return train(samples, class_ids, target, **rest)

    def noting_predict(weights, digest, paths, **rest):
        looked.extend((weights.name, path.name) for path in paths)
        return predict(weights, digest, paths, **rest)

    monkeypatch.setattr(fakes, "train", noting_train)
    monkeypatch.setattr(fakes, "predict", noting_predict)
    return trained, looked


@pytest.fixture
def closing(request, settings, alice, rita, bob, counted):
    """A job whose first detector is good enough to close on; a parameter: images drawn early."""
    yield from at_its_audit(
        settings,
        alice,
        (rita, bob),
        140,
        validation_size=0,
        training_size=40,
        early=getattr(request, "param", 0),
        fresh=True,
        monitoring_share=0.0,
    )


def test_nothing_is_learned_or_looked_at_twice(closing, rita, bob, counted):
    trained, looked = counted
    active, last = closing.rounds.get(purpose="active"), round_of(closing)
    first, kept = Detector.objects.get(round=active), Detector.objects.get(round=last)

    assert len(trained) == 1 + cross_validation.FOLDS
    assert len(looked) == len(set(looked)) == 140
    assert (kept.digest, kept.folds, kept.trained_on) == (first.digest, first.folds, 40)
    same = ("image", "boxes", "views")
    assert list(
        Prediction.objects.filter(detector=kept).order_by("image").values_list(*same)
    ) == list(Prediction.objects.filter(detector=first).order_by("image").values_list(*same))
    said = Event.objects.get(job=closing, kind="detector_kept")
    assert said.data == {"round": last.number, "earlier": active.number}

    judge_all(closing, rita, bob)
    run_steps(closing)
    assert Certificate.objects.get(round=last).outcome == "certified"


@pytest.mark.parametrize("closing", [10], indirect=True)
def test_a_label_more_and_it_learns_anew(closing, counted):
    trained, _ = counted

    assert Label.objects.filter(round__purpose="active").count() == 10
    assert len(trained) == 2 * (1 + cross_validation.FOLDS)
    assert not Event.objects.filter(job=closing, kind="detector_kept").exists()


def test_a_detector_whose_file_is_gone_is_not_kept(closing):
    last = round_of(closing)
    kept = Detector.objects.get(round=last)
    data = reuse.data_digest(last, training_set.samples(closing))
    media_path(kept.folds[0]["weights"]).unlink()

    assert data == kept.metrics["data"]
    assert reuse.keep(last, data, lease=None) is None


def test_a_detector_that_began_without_its_weights_is_not_kept(closing, settings):
    last = round_of(closing)
    data = reuse.data_digest(last, training_set.samples(closing))
    Detector.objects.update(warning="The published starting weights could not be fetched.")

    assert reuse.keep(last, data, lease=None) is None
    settings.MLASSIST_WEIGHTS = "given.safetensors"
    assert reuse.data_digest(last, training_set.samples(closing)) != data

"""A job that begins with a detector of its classes: the machine looks before it was taught here."""

import pytest

from labeling.jobs import classes, setup
from labeling.kernel.stored_files import digest_of, media_path
from labeling.models import Certificate, Event, Job, Label, RoundSettings
from labeling.reports import snapshot
from labeling.rounds import lifecycle
from mlassist.models import Detector, Prediction
from mlassist.prediction.suggestions import for_images
from mlassist.training import reuse, training_set, warm_start
from tests import fakes
from tests.auditing import judge_all
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.mlassist.trained import DIGEST, give_detector
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
TAUGHT = 4  # images of the pond


@pytest.fixture
def pond() -> Job:
    """A finished job whose detector has learned both classes, and another one."""
    job = setup.create("Pond", None)
    for name in ("Dog", "Cat", "eel"):  # the lake has a cat, then a dog
        classes.add(job, name)
    make_images(job, TAUGHT)
    for image in job.images.all():
        boxes = [box(class_id=index) for index in range(3)]
        Label.objects.create(image=image, source="human", boxes=boxes)
    job.images.update(split="training")
    give_detector(job, [0, 1, 2], TAUGHT)
    return job


@pytest.fixture
def lake(settings, pond, alice, rita, bob):
    """Starts a job that begins with the pond's detector and lets people work until it is judged."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def start(images: int = 140, **fields) -> Job:
        job = make_job(
            **{**ALONE, "name": "Lake", "start_from": pond, "monitoring_share": 0.0, **fields}
        )
        join(job, alice, "annotator")
        join(job, rita, "reviewer")
        join(job, bob, "reviewer")
        make_images(job, images + TAUGHT)
        job.images.filter(digest__in=pond.images.values("digest")).delete()  # none of the pond's
        lifecycle.start(job, None)
        for _ in range(10):
            run_steps(job)
            if job.rounds.filter(purpose__in=("training", "active")).exists():
                break
            work_all(job, alice)
        return job

    yield start
    fakes.SEES.clear()


def purposes(job: Job) -> list[str]:
    return list(job.rounds.order_by("number").values_list("purpose", flat=True))


def test_it_is_judged_and_proved_without_a_training_image(lake, rita, bob):
    job = lake(audit_budget=40, target_quality=0.6, prefetch_percent=50)
    active = job.rounds.get(purpose="active")
    detector = Detector.objects.get(round=active)

    assert "training" not in purposes(job)
    assert (detector.trained_on, detector.digest) == (0, DIGEST)
    assert detector.metrics["elsewhere"] == active.estimate["elsewhere"] == TAUGHT
    assert Prediction.objects.filter(detector=detector).count() == 140
    said = Event.objects.get(job=job, kind="detector_taken_over")
    assert said.data == {"round": active.number}
    assert snapshot.of_job(job)["training"]["total"] == 0

    # good enough as it is: no image is asked of people, the proof comes at once
    assert active.assignments.count() == 0
    closing = job.rounds.get(purpose="closing")
    assert Detector.objects.get(round=closing).digest == DIGEST
    judge_all(job, rita, bob, verdict=lambda audit: ("corrected", [box()]))
    run_steps(job)
    assert Certificate.objects.get(round=closing).outcome == "certified"


def test_one_that_is_not_good_enough_learns_from_what_people_draw_next(
    lake, pond, alice, monkeypatch
):
    seen, inner = [], fakes.train

    def noting(samples, *args, wish, **rest):
        seen.append((samples, wish.known))
        return inner(samples, *args, wish=wish, **rest)

    monkeypatch.setattr(fakes, "train", noting)
    job = lake(target_quality=0.97, suggestions=True)
    first = job.rounds.get(purpose="active")
    wanted = list(first.assignments.values_list("image", flat=True))
    assert len(wanted) == 20
    assert any(boxes for boxes, _ in for_images(first, wanted).values())  # people are shown these

    work_all(job, alice)
    run_steps(job)
    second = Detector.objects.exclude(round=first).get(round__job=job)
    assert (second.trained_on, second.metrics["elsewhere"]) == (20, TAUGHT)
    # beside them what it was taught before, or it would forget that; the eel is none of ours
    samples, known = seen[-1]
    assert known
    assert len(samples) == 20 + TAUGHT
    theirs = [boxes.classes.tolist() for path, boxes in samples if f"jobs/{pond.pk}/" in str(path)]
    assert theirs == [[1, 0]] * TAUGHT


def test_a_few_own_images_are_a_third_of_what_it_learns_from(pond):
    job = make_job(name="Lake", start_from=pond)
    make_images(job, TAUGHT + 1)
    job.images.filter(digest__in=pond.images.values("digest")).delete()
    Label.objects.create(image=job.images.get(), source="human", boxes=[box()])
    job.images.update(split="training")
    round = job.rounds.create(
        number=1, purpose="active", state="TRAINING", settings=RoundSettings.of_job(job)
    )

    found = [image.job_id for image, _ in training_set.training_samples(round)]

    assert (found.count(job.pk), found.count(pond.pk)) == (2, TAUGHT)

    before = reuse.data_digest(round, [])
    learned = Detector.objects.get(round__job=pond)  # the pond has learned more meanwhile
    media_path(learned.weights).write_bytes(b"more")
    Detector.objects.update(digest=digest_of(media_path(learned.weights)))
    assert reuse.data_digest(round, []) != before


def test_acceptance_per_round_begins_at_once(lake):
    job = lake(acceptance="per_round", target_quality=0.5)

    assert purposes(job) == ["pilot", "validation", "active"]
    assert Label.objects.auto().filter(image__job=job).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pond: Detector.objects.update(metrics={"untaught": [1]}),
        lambda pond: Detector.objects.update(class_ids=[0]),
        lambda pond: media_path(Detector.objects.get().weights).unlink(),
    ],
)
def test_what_does_not_know_all_classes_learns_first(lake, pond, spoil):
    spoil(pond)
    assert purposes(lake()) == ["pilot", "validation", "training"]


def test_without_validation_images_nothing_judges_it_before_the_first_training(lake):
    job = lake(validation_size=0, training_size=40)

    assert warm_start.ready(job)
    assert purposes(job) == ["pilot", "training"]

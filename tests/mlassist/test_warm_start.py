"""What a job asks of its detector: a design, and another job's detector to begin from."""

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.kernel.stored_files import media_path
from labeling.models import Job, Label, RoundSettings
from labeling.reports import snapshot
from labeling.rounds import lifecycle
from mlassist.calibration import charts
from mlassist.models import Detector
from mlassist.training import warm_start
from mlassist.training.engine import Wish
from tests import fakes
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.job_form import create
from tests.mlassist.trained import DIGEST, give_detector
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def taught(name: str = "Pond", images: int = 4, file: bool = True, **fields) -> Job:
    """A job whose detector learned its first two images."""
    job = make_job(name=name, **fields)
    make_images(job, images)
    for image in job.images.all()[:2]:
        Label.objects.create(image=image, source="human", boxes=[box()])
        job.images.filter(pk=image.pk).update(split="training")
    give_detector(job, [0], 2, file)
    return job


def opened(job: Job):
    return job.rounds.create(
        number=9, purpose="active", state="TRAINING", settings=RoundSettings.of_job(job)
    )


def test_a_round_keeps_the_wish_it_was_opened_with():
    pond = taught()
    job = make_job(name="Lake", detector="mobilenet_v2", start_from=pond)
    round = opened(job)
    Job.objects.filter(pk=job.pk).update(detector="small", start_from=None)

    found = warm_start.wish(round)

    weights = media_path(Detector.objects.get().weights)
    assert found == Wish(
        "mobilenet_v2", ("cat", "dog"), (weights, DIGEST), "the detector of “Pond”"
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (lambda: make_job(name="Empty"), "“Empty” has no detector yet"),
        (lambda: taught(file=False), "detector of “Pond” cannot be used. The file is missing."),
    ],
)
def test_a_source_that_cannot_be_used_is_a_warning_and_no_start(source, words):
    job = make_job(name="Lake", start_from=source())

    found = warm_start.wish(opened(job))

    assert found.source is None
    assert words in found.warning


def test_a_job_that_is_gone_is_a_warning():
    pond = taught()
    round = opened(make_job(name="Lake", start_from=pond))
    pond.delete()

    assert "It is gone." in warm_start.wish(round).warning


def test_a_detector_never_starts_a_job_with_images_it_was_taught():
    pond = taught()
    copied = make_job(name="Copy", start_from=pond)
    make_images(copied, 4)  # the same four

    assert "taught its detector 2 images that are in this job" in warm_start.source_problem(
        copied, pond
    )
    later = taught("Later", images=0, start_from=pond)
    assert "2 images" in warm_start.source_problem(copied, later)  # it came from the pond's


def test_the_wish_reaches_the_engine_and_the_reason_the_live_page(
    settings, monkeypatch, alice, rita
):
    settings.MLASSIST_ENGINE = "tests.fakes"
    wishes, inner = [], fakes.train

    def noting(*args, wish, **rest):
        wishes.append(wish)
        learned = inner(*args, **rest)
        learned.metrics["why"] = "The only one here." if len(wishes) == 1 else ""
        return learned

    monkeypatch.setattr(fakes, "train", noting)
    job = make_job(**ALONE, acceptance="per_round", detector="small", target_quality=0.99)
    join(job, alice, "annotator")
    join(job, rita, "reviewer")
    make_images(job, 140)  # enough for a second round, whatever the first one accepts
    lifecycle.start(job, None)
    while len(wishes) < 2:
        assert run_steps(job) + work_all(job, alice)

    assert {w.design for w in wishes} == {"small"}
    assert Detector.objects.count() == 2
    assert snapshot.of_job(job)["training"]["why"] == "The only one here."


@pytest.mark.parametrize(
    ("later", "stands"), [((), True), ((True, None), True), ((True, False), False)]
)
def test_a_warning_stands_until_a_detector_begins_afresh_without_it(later, stands):
    job = make_job()
    make_images(job, 1)
    give_detector(job, [0], 1)
    Detector.objects.update(warning="The weights are missing.")
    for number, warm in enumerate(later, 50):
        round = job.rounds.create(
            number=number, purpose="active", state="CLOSED", closed_at=timezone.now(), settings={}
        )
        Detector.objects.create(
            round=round,
            weights="w",
            digest="d",
            design="small",
            recipe={},
            class_ids=[0, 1],
            trained_on=1,
            metrics={} if warm is None else {"warm": warm},
        )

    told = [alert["text"] for alert in charts.machine_charts(job)["alerts"]]

    assert ("The weights are missing." in told) == stands


def test_the_admin_offers_every_detector_and_the_earlier_jobs_of_the_person(admin, mona, alice):
    pond, foreign = taught(), taught("Secret", images=0)
    Job.objects.update(state="complete")
    join(pond, mona, "manager")

    page = admin.get(reverse("admin:labeling_job_add")).content.decode()
    assert "Faster R-CNN on ResNet-50 v2" in page
    assert "Pond" in page
    assert "Secret" not in page
    answer = create(admin, start_from=str(foreign.pk))
    assert "Select a valid choice" in answer.content.decode()
    create(admin, detector="mobilenet_v2", start_from=str(pond.pk))
    job = Job.objects.get(name="Birds")
    assert (job.detector, job.start_from) == ("mobilenet_v2", pond)


def test_the_admin_says_why_a_job_cannot_be_the_start(admin, mona, alice):
    empty = make_job(name="Empty")
    Job.objects.update(state="running")
    join(empty, mona, "manager")

    said = create(admin, start_from=str(empty.pk)).content.decode()
    assert "“Empty” has no detector yet." in said
    unknown = create(admin, detector="yolo").content.decode()
    assert "yolo is not one of the available choices" in unknown
    assert not Job.objects.filter(name="Birds").exists()
    create(admin)
    assert Job.objects.get(name="Birds").detector == "auto"


def test_the_detectors_page_says_why_and_how_large(admin, mona):
    pond = taught()
    join(pond, mona, "manager")
    row = Detector.objects.get()
    Detector.objects.update(metrics={"why": "The only one here.", "canvas": [512, 384]})

    url = reverse("admin:mlassist_detector_change", args=[row.pk])
    page = admin.get(url).content.decode()

    assert "The only one here." in page
    assert "512 × 384" in page

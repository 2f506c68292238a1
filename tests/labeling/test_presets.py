"""The sizes of a preset fit the number of images, and say so."""

import pytest
from django.urls import reverse

from labeling.jobs import presets, setup
from labeling.jobs.presets import PRESETS, SIZES, fitted
from labeling.models import Event, Job
from labeling.rounds import lifecycle
from tests.factories import make_images
from tests.uploading import picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


def sizes_of(job: Job) -> dict[str, int]:
    job.refresh_from_db()
    return {name: getattr(job, name) for name in SIZES}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_thousand_images_get_the_preset_as_it_is_and_sixty_their_share(preset):
    assert fitted(preset, 1000) == fitted(preset, 0) == PRESETS[preset]
    small = fitted(preset, 60)
    spent = small["pilot_size"] + small["validation_size"] + small["training_size"]
    assert spent <= 45
    assert not setup.size_problems(Job(**small))
    assert {n: v for n, v in small.items() if n not in SIZES} == {
        n: v for n, v in PRESETS[preset].items() if n not in SIZES
    }


def bring(job: Job, count: int, colour: int) -> None:
    upload(job, *((f"{colour}-{i}.jpg", picture((colour, 6 * i, 9))) for i in range(count)))


def test_a_drafts_sizes_follow_its_images_until_somebody_changes_one(mona, admin):
    job = setup.create("Small", mona, **PRESETS["boxwise"])
    bring(job, 30, 10)
    assert sizes_of(job) == {n: fitted("boxwise", 30)[n] for n in SIZES}
    assert Event.objects.get(job=job, kind="sizes_fitted").data["images"] == 30
    page = admin.get(reverse("admin:labeling_job_change", args=[job.pk])).content.decode()
    assert "for a thousand the preset has 10 / 0 / 100 / 150, and 120 audits" in page.lower()

    Job.objects.filter(pk=job.pk).update(training_size=25)
    before = sizes_of(job)
    bring(job, 20, 200)
    assert sizes_of(job) == before
    assert presets.said_of(job, 50) == ""


def test_a_job_that_runs_keeps_its_sizes(job, mona):
    Job.objects.filter(pk=job.pk).update(**{n: fitted("boxwise", 12)[n] for n in SIZES})
    lifecycle.start(job, mona)
    before = sizes_of(job)
    make_images(job, 500)
    presets.fit(job, 12, 512)
    assert sizes_of(job) == before

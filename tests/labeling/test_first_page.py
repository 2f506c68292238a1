"""The first page of a job: one form makes it with its images; its page shows them and starts it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from labeling.ledger import runner
from labeling.models import Job, Step
from labeling.rounds import lifecycle
from tests.factories import join, make_images, make_job
from tests.job_form import change, create, filled
from tests.uploading import picture

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "admin:labeling_job_add"
SCRIPT = {"Accept": "application/json"}


def test_images_sent_with_the_form_are_imported(admin, alice):
    sent = [SimpleUploadedFile(f"{i}.jpg", picture((i, 9, 9))) for i in (1, 50, 99)]
    admin.post(reverse(ADD), {**filled(), "files": sent})
    job = Job.objects.get(name="Birds")
    runner.run("transfer", job.transfers.get().pk)
    assert job.images.count() == 3


def test_files_that_are_refused_cost_nothing_else(admin, alice):
    sent = [SimpleUploadedFile(f"{i}.zip", b"PK\3\4") for i in (1, 2)]
    page = admin.post(reverse(ADD), {**filled(), "files": sent}, follow=True).content.decode()
    assert "The images were not taken: One zip at a time" in page
    assert [c.name for c in Job.objects.get(name="Birds").classes.all()] == ["bird"]


def test_a_script_hears_what_to_correct_and_where_to_send_the_images(admin, alice):
    wrong = filled(name="", **{"members-0-username": "nobody"})
    problems = admin.post(reverse(ADD), wrong, headers=SCRIPT).json()["problems"]
    assert [p["field"] for p in problems] == ["id_name", "id_members-0-username"]
    assert "There is no account" in problems[1]["text"]
    assert not Job.objects.exists()

    told = admin.post(reverse(ADD), filled(), headers=SCRIPT).json()
    job = Job.objects.get()
    assert told == {
        "next": reverse("admin:labeling_job_change", args=[job.pk]),
        "uploads": reverse("uploads", args=[job.slug]),
    }


def test_who_makes_a_job_is_its_first_annotator_unless_they_take_their_name_out(admin, mona):
    page = admin.get(reverse(ADD)).content.decode()
    assert 'name="members-0-username" value="mona"' in page

    create(admin, **{"members-0-username": "mona"})
    create(admin, name="Fish", **{"members-0-username": ""})
    roles = {
        job.name: set(job.members.values_list("user__username", "role"))
        for job in Job.objects.all()
    }
    assert roles["Birds"] == {("mona", "manager"), ("mona", "annotator")}
    assert roles["Fish"] == {("mona", "manager")}


def test_the_page_of_a_job_shows_some_dozens_of_its_images_and_a_link_to_all(admin, mona):
    job = make_job()
    join(job, mona, "manager")
    make_images(job, 60)
    page = admin.get(reverse("admin:labeling_job_progress", args=[job.pk])).content.decode()
    assert page.count("/preview") == 48
    assert "Show all 60 images" in page
    assert f"{reverse('admin:labeling_image_changelist')}?job={job.pk}" in page
    assert admin.get(reverse("admin:labeling_job_change", args=[job.pk])).status_code == 200


def test_the_images_of_a_job_are_shown_to_its_managers_only(admin):
    job = make_job()
    assert admin.get(reverse("admin:labeling_job_progress", args=[job.pk])).status_code == 404


def test_the_start_saves_what_was_typed_and_asks_nothing_more(admin, mona, alice):
    create(admin, annotators_per_image="1")
    job = Job.objects.get(name="Birds")
    make_images(job, 40)
    fields = {"annotators_per_image": "1", "lease_minutes": "25", "_then": "start"}
    page = change(admin, job, **fields, **{"members-TOTAL_FORMS": "0"}).content.decode()
    job.refresh_from_db()
    assert (job.state, job.lease_minutes) == ("running", 25)
    assert "The job has started." in page
    assert f'href="{reverse("work", args=[job.slug])}">Annotate' in page


def test_a_start_that_is_too_early_says_what_is_missing(admin, alice):
    create(admin)
    job = Job.objects.get(name="Birds")
    page = change(admin, job, _then="start", **{"members-TOTAL_FORMS": "0"}).content.decode()
    job.refresh_from_db()
    assert job.state == "draft"
    assert "Add images." in page


def test_failed_steps_are_offered_to_be_tried_again_only_where_some_failed(admin, mona, job):
    join(job, mona, "manager")
    lifecycle.start(job, mona)
    address = reverse("admin:labeling_job_change", args=[job.pk])
    assert "Retry failed steps" not in admin.get(address).content.decode()
    Step.objects.filter(round__job=job).update(error="no such file", attempts=3)
    assert "Retry failed steps" in admin.get(address).content.decode()

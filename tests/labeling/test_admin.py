"""The admin as a project admin uses it: set up a job, bring images in, start, look, correct."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from labeling.consolidation import labels
from labeling.ledger import runner
from labeling.models import Event, Image, Job, Label, Member
from labeling.rounds import lifecycle
from tests.factories import box, join, make_images, make_job
from tests.job_form import create
from tests.labeling.test_imports import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_is_set_up_on_one_page(admin, mona, alice):
    answer = create(admin)

    job = Job.objects.get(name="Birds")
    assert answer.status_code == 200
    assert (job.slug, job.state, job.created_by) == ("birds", "draft", mona)
    assert [c.name for c in job.classes.all()] == ["bird"]
    roles = set(job.members.values_list("user__username", "role"))
    assert roles == {("alice", "annotator"), ("mona", "manager")}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"members-0-username": "nobody"}, "There is no account"),
        ({"pilot_size": "2", "validation_size": "5"}, "need at least 20 images"),
        ({"target_quality": "1.5"}, "less than or equal to 0.99"),
        ({"risk": "0"}, "greater than or equal to 0.001"),
        ({"classes-0-hotkey": "x"}, "A digit"),
        ({"batch_size": "0"}, "greater than or equal to 1"),
        ({"name": ""}, "required"),
        ({"price_image": "-5"}, "greater than or equal to 0"),
        ({"members-1-username": "Alice"}, "already has this role in another row"),
    ],
)
def test_what_does_not_go_together_is_said_beside_the_field(admin, alice, changes, words):
    answer = create(admin, **changes)
    assert words in answer.content.decode()
    assert not Job.objects.filter(name="Birds").exists()


@pytest.mark.parametrize(("validation", "smaller"), [(40, "4 / 10 / 12"), (0, "4 / 0 / 20")])
def test_sizes_that_leave_the_machine_little_come_with_smaller_ones(
    admin, mona, validation, smaller
):
    job = make_job(pilot_size=4, validation_size=validation, training_size=60 - validation)
    join(job, mona, "manager")
    make_images(job, 100)
    page = admin.get(reverse("admin:labeling_job_change", args=[job.pk])).content.decode()
    assert f"Smaller: {smaller}." in page


def test_too_few_images_for_auto_labels_are_told_as_that(admin, mona):
    job = make_job(pilot_size=4, validation_size=0, training_size=20)
    join(job, mona, "manager")
    make_images(job, 12)
    page = admin.get(reverse("admin:labeling_job_change", args=[job.pk])).content.decode()
    assert "12 images are too few for auto-labelling" in page
    assert "need 24 at least" in page


def test_who_makes_a_job_may_be_named_as_its_manager(admin, mona, alice):
    create(admin, **{"members-1-username": "mona", "members-1-role": "manager"})
    job = Job.objects.get(name="Birds")
    roles = sorted(job.members.values_list("user__username", "role"))
    assert roles == [("alice", "annotator"), ("mona", "manager")]


def test_a_saved_draft_stays_open_with_what_it_still_needs(admin, alice, bob, rita):
    page = create(admin)  # the page that follows
    job = Job.objects.get(name="Birds")
    change = reverse("admin:labeling_job_change", args=[job.pk])
    assert page.redirect_chain[-1][0] == change
    found = {need.code: bool(need.met) for need in page.context["checklist"]}
    assert found == {"classes": True, "images": False, "annotators": False, "reviewer": True}
    text = page.content.decode()
    for words in ("1 class", "Add images.", "Add 1 annotator: at least 2", "1 reviewer"):
        assert words in text
    assert "Start the job" not in text
    assert f'href="{reverse("admin:labeling_job_import", args=[job.pk])}">Add images.' in text

    join(job, bob, "annotator")
    make_images(job, 40)
    assert admin.post(change, {"name": "", "slug": ""}).status_code == 200  # refused, in words
    page = admin.get(change)
    assert all(need.met for need in page.context["checklist"])
    assert "Start the job" in page.content.decode()


def test_a_job_without_classes_and_people_is_kept_and_says_what_it_needs(admin):
    page = create(admin, **{"classes-TOTAL_FORMS": "0", "members-TOTAL_FORMS": "0"})
    assert Job.objects.filter(name="Birds").exists()
    assert "Add at least one class." in page.content.decode()


def test_the_errors_of_the_job_form_are_listed_at_its_top_with_links(admin):
    page = create(admin, target_quality="7", **{"members-0-username": "nobody"}).content.decode()
    top = page[page.index('id="job-errors"') : page.index("</ul>", page.index('id="job-errors"'))]
    assert 'href="#id_target_quality"' in top
    assert 'href="#id_members-0-username"' in top
    assert "There is no account" in top
    assert not Job.objects.exists()


def test_images_are_uploaded_in_the_admin_and_the_job_starts(admin, alice, bob, rita):
    create(admin)
    job = Job.objects.get(name="Birds")
    Member.objects.create(job=job, user=bob, role="annotator")
    Member.objects.create(job=job, user=rita, role="reviewer")
    sent = [SimpleUploadedFile(f"{i}.jpg", picture((i, 9, 9))) for i in (1, 50, 99)]

    page = reverse("admin:labeling_job_import", args=[job.pk])
    admin.post(page, {"files": sent, "boxes": "ignore", "folder": ""})
    runner.run("transfer", job.transfers.get().pk)
    act = reverse("admin:labeling_job_act", args=[job.pk, "start"])
    assert "Start the job?" in admin.get(act).content.decode()
    admin.post(act)

    job.refresh_from_db()
    assert job.images.count() == 3
    assert job.state == "running"
    assert Event.objects.filter(job=job, kind="job_started").exists()


def test_choosing_no_source_or_two_is_refused(admin, job, settings):
    (settings.IMPORT_ROOT / "set").mkdir()
    page = reverse("admin:labeling_job_import", args=[job.pk])
    nothing = admin.post(page, {"boxes": "ignore", "folder": ""})
    both = admin.post(
        page, {"boxes": "ignore", "folder": "set", "files": [SimpleUploadedFile("a.jpg", b"x")]}
    )
    assert "Choose files, or a folder" in nothing.content.decode()
    assert "not both" in both.content.decode()


@pytest.mark.parametrize("action", ["pause", "resume", "retry", "cancel", "copy"])
def test_every_action_asks_first_and_answers_in_words(admin, job, mona, action):
    lifecycle.start(job, mona)
    act = reverse("admin:labeling_job_act", args=[job.pk, action])
    before = Event.objects.count()

    assert admin.get(act).status_code == 200
    assert Event.objects.count() == before  # asking changes nothing
    answer = admin.post(act, follow=True)

    assert answer.status_code == 200
    assert answer.context["messages"]


def test_after_the_start_an_edit_says_when_it_takes_effect(admin, job, mona):
    lifecycle.start(job, mona)
    page = admin.get(reverse("admin:labeling_job_change", args=[job.pk])).content.decode()
    assert "Takes effect from the next round." in page
    assert 'name="slug"' not in page


@pytest.fixture
def labelled(job, mona):
    """One image by people, one by machine, one excluded, the rest open."""
    people, auto, out, *_ = job.images.order_by("pk")
    labels.accept(people, [box()], "human", round=None)
    labels.accept(auto, [box(class_id=1)], "auto", round=None, confidence=0.9)
    labels.exclude(out, "manager", mona)
    return job


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=labeled", {"image-0000.png", "image-0001.png"}),
        ("state=excluded", {"image-0002.png"}),
        ("source=auto", {"image-0001.png"}),
        ("source=human", {"image-0000.png"}),
    ],
)
def test_the_image_list_is_filtered(admin, labelled, query, names):
    page = admin.get(f"{reverse('admin:labeling_image_changelist')}?{query}")
    assert {row.name for row in page.context["cl"].result_list} == names


def test_the_image_list_is_filtered_by_class(admin, labelled):
    dog = labelled.classes.get(name="dog")
    page = admin.get(f"{reverse('admin:labeling_image_changelist')}?with_class={dog.pk}")
    assert [row.name for row in page.context["cl"].result_list] == ["image-0001.png"]


@pytest.mark.parametrize("value", ["abc", "²", "-1", "9" * 30, "9" * 5000, "%00"])
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("image", "job"),
        ("image", "with_class"),
        ("image", "in_round"),
        ("round", "job"),
        ("audit", "job"),
    ],
)
def test_a_filter_that_names_no_row_is_no_error(admin, labelled, name, field, value):
    page = reverse(f"admin:labeling_{name}_changelist")
    reply = admin.get(f"{page}?{field}={value}")
    # no text may hold a NUL, which PostgreSQL cannot even look for
    assert reply.status_code == (400 if value == "%00" else 200)


@pytest.mark.parametrize("value", ["²", "9" * 30])
def test_a_form_that_names_no_number_is_answered_in_words(admin, labelled, mona, value):
    lifecycle.start(labelled, mona)
    budget = reverse("admin:labeling_round_budget", args=[labelled.rounds.get().pk])
    pictures = reverse("admin:labeling_job_pictures", args=[labelled.pk])

    assert admin.post(budget, {"budget": value}, follow=True).context["messages"]
    assert admin.post(pictures, {"remove": value}).status_code == 404


def test_a_filter_cannot_spell_out_secrets(admin, labelled):
    for lookup in ("job__created_by__password__startswith=a", "labels__by__password__regex=."):
        page = admin.get(f"{reverse('admin:labeling_image_changelist')}?{lookup}")
        assert page.status_code in (302, 400)


def test_one_image_shows_its_label_answers_and_history(admin, labelled, mona):
    image = Image.objects.get(name="image-0000.png", job=labelled)
    labels.correct(image, [box(20)], mona)

    page = admin.get(reverse("admin:labeling_image_change", args=[image.pk])).content.decode()

    assert "corrected" in page
    assert page.count("<svg") >= 2
    assert reverse("correct", args=[labelled.slug, image.pk]) in page


def test_a_manager_corrects_a_label(admin, labelled):
    image = Image.objects.get(name="image-0001.png", job=labelled)

    assert admin.get(reverse("correct", args=[labelled.slug, image.pk])).status_code == 200
    admin.put(
        reverse("image-label", args=[image.pk]),
        {"boxes": [box(30)]},
        content_type="application/json",
    )
    assert Label.objects.active().get(image=image).boxes == [box(30)]


@pytest.mark.parametrize(
    "name",
    ["job", "image", "round", "audit", "certificate", "transfer", "event"],
)
def test_every_list_opens(admin, labelled, mona, name):
    lifecycle.start(labelled, mona)
    assert admin.get(reverse(f"admin:labeling_{name}_changelist")).status_code == 200
    if name == "round":
        page = reverse("admin:labeling_round_change", args=[labelled.rounds.get().pk])
        assert admin.get(page).status_code == 200


def test_history_cannot_be_changed_or_deleted(admin, labelled):
    event = Event.objects.first()
    page = reverse("admin:labeling_event_change", args=[event.pk])
    assert admin.post(page, {"kind": "x"}).status_code in (302, 403)
    assert admin.post(reverse("admin:labeling_event_delete", args=[event.pk])).status_code in (
        302,
        403,
    )
    event.refresh_from_db()
    assert event.kind != "x"

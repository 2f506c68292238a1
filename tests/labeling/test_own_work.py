"""A person's history and day, instructions and their pictures, and broken images."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as Picture

from annotator_ui.instructions import to_html
from labeling.assignments import claims, own_answers, skips
from labeling.jobs import guidelines, setup
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.models import Event, InstructionPicture, Label
from labeling.rounds import lifecycle
from tests.factories import answer, box, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(job, mona):
    lifecycle.start(job, mona)
    run_steps(job)
    return job


def test_an_answer_may_be_changed_until_its_image_is_consolidated(running, alice, bob):
    assignment = claims.claim_next(running, alice, count=1).assignments[0]
    answer(assignment, alice)
    given = own_answers.answers(running, alice).get()
    assert own_answers.changeable(given)

    work_all(running, alice, bob)
    run_steps(running)
    given = own_answers.answers(running, alice).get(pk=assignment.pk)
    assert not own_answers.changeable(given)
    assert given.image.holding[0].source == "human"


def test_the_day_tells_pace_and_agreement_with_labels_that_others_made_too(running, alice, bob):
    while work_all(running, alice, boxes=lambda assignment: [box()]):
        run_steps(running)
    assert own_answers.today(alice)["agreement"] is None  # her own answers alone are the labels

    assignments = list(own_answers.answers(running, alice)[:5])
    for assignment in assignments:
        Label.objects.active().filter(image=assignment.image).update(revoked_at=timezone.now())
        Label.objects.create(image=assignment.image, source="reviewer", boxes=[box(), box(100)])
    day = own_answers.today(alice)

    assert day["agreement"] == {"mean": 0.5, "images": 5}
    assert day["images"] == len(own_answers.answers(running, alice))
    assert day["median_s"] == 1.0
    assert [entry["images"] for entry in day["week"]] == [0] * 6 + [day["images"]]
    assert own_answers.agreement(alice, timezone.now() + timedelta(hours=1)) is None
    assert own_answers.today(bob)["median_s"] is None


def test_a_broken_file_takes_the_image_out_and_tells_managers(running, alice):
    assignment = claims.claim_next(running, alice, count=1).assignments[0]
    skips.report_broken(assignment, alice)

    assignment.refresh_from_db()
    assignment.image.refresh_from_db()
    assert (assignment.state, assignment.reason) == ("skipped", "broken")
    assert assignment.image.excluded == "file_gone"  # its file is three bytes of nothing
    assert Event.objects.get(job=running, kind="image_reported").data["readable"] is False
    assert not assignment.image.assignments.pending().exists()


def test_an_image_that_opens_here_goes_to_someone_else_once(running, alice, bob):
    assignment = claims.claim_next(running, alice, count=1).assignments[0]
    Picture.new("RGB", (assignment.image.width, assignment.image.height)).save(
        media_path(assignment.image.file), "PNG"
    )
    skips.report_broken(assignment, alice)

    assert skips.reported_broken(running).get() == assignment.image
    other = assignment.image.assignments.pending().get()
    claimed = claims.claim_next(running, bob, count=50).assignments
    assert other.pk in [s.pk for s in claimed] or other.state == "open"
    assignment.image.refresh_from_db()
    assert assignment.image.excluded == ""


def upload(name: str, size=(40, 30), kind: str = "PNG") -> SimpleUploadedFile:
    import io

    data = io.BytesIO()
    Picture.new("RGB", size, "red").save(data, kind)
    return SimpleUploadedFile(name, data.getvalue())


def test_pictures_of_instructions_are_cleaned_named_and_copied_with_the_job(job, mona):
    row = guidelines.add_picture(job, mona, upload("A cat.png"))
    assert (row.name, row.width, row.height) == ("a-cat", 40, 30)
    assert media_path(row.file).is_file()
    guidelines.add_picture(job, mona, upload("other.jpg", kind="JPEG"), "a-cat")
    row = InstructionPicture.objects.get(job=job)
    assert media_path(row.file).read_bytes()[:2] == b"\xff\xd8"

    made = setup.copy(job, mona)
    assert made.pictures.get().digest == row.digest
    guidelines.remove_picture(row, mona)
    assert not job.pictures.exists()
    assert media_path(made.pictures.get().file).is_file()


@pytest.mark.parametrize("name", ["x.png", "§.png"])
def test_what_is_no_picture_is_refused(job, mona, name):
    with pytest.raises(Invalid):
        guidelines.add_picture(job, mona, SimpleUploadedFile(name, b"<svg onload=alert(1)>"))
    assert not InstructionPicture.objects.exists()


def test_only_the_jobs_own_pictures_are_shown():
    html = to_html(
        "![A cat](picture:cat) ![gone](picture:dog) ![spy](https://evil.example/x.png)",
        {"cat": "/api/pictures/3/file"},
    )
    assert '<img src="/api/pictures/3/file" alt="A cat">' in html
    assert "gone" in html
    assert "evil" not in html
    assert html.count("<img") == 1


def test_instructions_are_new_until_read_in_this_wording(job, alice):
    assert not guidelines.unread(job, alice)
    job.instructions = "Draw cats."
    assert guidelines.unread(job, alice)
    guidelines.mark_read(job, alice, guidelines.digest(job))
    assert not guidelines.unread(job, alice)
    job.instructions = "Draw cats and dogs."
    assert guidelines.unread(job, alice)

"""The round line: what opens next, what moves it, and that it always ends."""

import pytest

from labeling.assignments import claims, skips
from labeling.consolidation import labels
from labeling.jobs import classes, setup
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Assignment, Event, Image, Job, Label, Round
from labeling.rounds import lifecycle, stages
from tests.factories import answer, box, make_images, make_job, work_all
from tests.running import first_round, run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def finish(job: Job, *people, boxes=None) -> Job:
    """Let people and machine take turns until nothing moves."""
    for _ in range(60):
        moved = run_steps(job) + work_all(job, *people, boxes=boxes)
        job.refresh_from_db()
        if job.state == Job.State.COMPLETE or not moved:
            return job
    raise AssertionError("the job does not end")


@pytest.mark.parametrize("images", [1, 9, 150])
def test_a_job_of_any_size_ends_with_every_image_labelled(assisted, alice, images):
    job = assisted(images)
    lifecycle.start(job, None)

    finish(job, alice)

    assert job.state == "complete"
    assert not job.images.unlabeled().exists()
    assert not job.rounds.filter(closed_at=None).exists()


def test_a_job_without_images_does_not_start(assisted):
    job = assisted(0)
    with pytest.raises(Invalid, match="Add images"):
        lifecycle.start(job, None)


def test_with_everything_skipped_the_job_ends_and_shows_the_images_to_managers(assisted, alice):
    job = assisted(9)
    lifecycle.start(job, None)
    for _ in range(20):
        run_steps(job)
        for assignment in claims.claim_next(job, alice).assignments:
            skips.skip(assignment, alice, "hard_to_see")
    job.refresh_from_db()

    assert job.state == "complete"
    assert job.images.exclude(excluded="").count() == 9


def test_images_without_any_box_never_open_an_active_round(assisted, alice):
    job = assisted(80)
    lifecycle.start(job, None)

    finish(job, alice, boxes=lambda assignment: [])

    purposes = list(job.rounds.values_list("purpose", flat=True))
    assert "active" not in purposes
    assert job.state == "complete"


def test_purposes_follow_counts(assisted, alice):
    job = assisted(150)
    lifecycle.start(job, None)
    finish(job, alice)

    purposes = list(job.rounds.values_list("purpose", flat=True))
    assert purposes[:4] == ["pilot", "validation", "training", "active"]


def test_only_one_round_is_ever_open(assisted, alice):
    job = assisted(40)
    lifecycle.start(job, None)
    run_steps(job)

    assert stages.open_next(job) is None
    assert job.rounds.count() == 1


def test_an_edit_takes_effect_from_the_next_round(assisted, alice):
    job = assisted(80)
    lifecycle.start(job, None)
    run_steps(job)
    Job.objects.filter(pk=job.pk).update(target_quality=0.9)

    work_all(job, alice)
    run_steps(job)

    targets = [r.settings.target_quality for r in job.rounds.all()]
    assert targets == [0.6, 0.9]


def test_start_says_everything_that_is_missing(mona):
    job = make_job()
    with pytest.raises(Invalid) as refusal:
        lifecycle.start(job, mona)
    for words in ("Add images", "2 annotators", "reviewer"):
        assert words in refusal.value.message


def test_a_paused_job_does_not_move_and_goes_on_afterwards(assisted, alice, mona):
    job = assisted(20)
    lifecycle.start(job, mona)
    run_steps(job)
    assignments = claims.claim_next(job, alice).assignments
    lifecycle.pause(job, mona)
    for assignment in assignments:
        answer(assignment, alice)

    assert run_steps(job) == 0
    lifecycle.resume(job, mona)
    assert finish(job, alice).state == "complete"
    with pytest.raises(Conflict, match="not running"):
        lifecycle.pause(job, mona)


def test_a_cancelled_job_withdraws_assignments_and_keeps_labels(assisted, alice, mona):
    job = assisted(40)
    lifecycle.start(job, mona)
    run_steps(job)
    work_all(job, alice)
    run_steps(job)
    kept = Label.objects.active().filter(image__job=job).count()

    lifecycle.cancel(job, mona)

    assert kept == Label.objects.active().filter(image__job=job).count() > 0
    assert not Assignment.objects.filter(round__job=job, state="open").exists()
    assert claims.claim_next(job, alice).assignments == []


def test_a_restored_image_reopens_a_complete_job(assisted, alice, mona):
    job = assisted(9)
    image = job.images.first()
    labels.exclude(image, "manager", mona)
    lifecycle.start(job, mona)
    finish(job, alice)
    image.refresh_from_db()

    labels.restore(image, mona)
    lifecycle.reopen(job)

    assert finish(job, alice).state == "complete"
    assert Label.objects.active().filter(image=image).exists()
    assert Event.objects.filter(job=job, kind="job_reopened").exists()


def test_accepting_never_labels_an_image_that_someone_holds(assisted, alice, rita):
    job = assisted(40)
    lifecycle.start(job, None)
    run_steps(job)
    held = claims.claim_next(job, alice).assignments[0]
    free = job.images.exclude(assignments__round=held.round).first()
    round = Round.objects.get(pk=held.round_id)

    count = labels.accept_auto(round, [(held.image, [box()], 0.9, {}), (free, [box()], 0.9, {})])

    assert count == 1
    assert set(Label.objects.auto().values_list("image", flat=True)) == {free.pk}
    held.refresh_from_db()
    assert held.state == "claimed"


def test_accepting_takes_the_open_assignments_of_what_it_labels(assisted, alice):
    job = assisted(40)
    lifecycle.start(job, None)
    run_steps(job)
    assignment = Assignment.objects.filter(round__job=job, state="open").first()

    labels.accept_auto(assignment.round, [(assignment.image, [box()], 0.9, {})])

    assignment.refresh_from_db()
    assert assignment.state == "withdrawn"
    assert assignment.image_id not in {
        s.image_id for s in claims.claim_next(job, alice).assignments
    }


def test_adding_a_class_after_the_pilot_is_refused_with_a_way_out(assisted, alice):
    job = assisted(60)
    lifecycle.start(job, None)
    classes.add(job, "bird")  # during the pilot it is fine
    run_steps(job)
    work_all(job, alice)
    run_steps(job)

    with pytest.raises(Conflict, match="Copy the job"):
        classes.add(job, "fish")
    made = setup.copy(job, None)
    classes.add(made, "fish")

    assert [c.name for c in made.classes.all()] == ["cat", "dog", "bird", "fish"]
    assert made.images.count() == 60
    assert not Label.objects.filter(image__job=made).exists()


def test_images_added_later_are_judged_before_the_machine_may_accept_them(assisted, alice, mona):
    job = assisted(60)
    lifecycle.start(job, None)
    finish(job, alice)
    make_images(job, 60, intake=1)

    lifecycle.reopen(job)
    first = job.rounds.get(closed_at=None)

    assert first.purpose == "validation"
    finish(job, alice)
    assert job.images.validation().filter(intake=1).exists()
    assert not job.images.unlabeled().exists()


def test_a_small_intake_is_judged_on_its_own_images_beside_a_large_pool(assisted, alice):
    job = assisted(200, target_quality=0.97)
    lifecycle.start(job, None)
    first_round(job, alice, purpose="active")
    make_images(job, 2, intake=1)

    finish(job, alice)

    judged = [r for r in job.rounds.all() if r.purpose == "validation"]
    assert len(judged) == 2
    assert list(judged[1].assignments.values_list("image__intake", flat=True)) == [1]


def test_an_image_has_one_active_label_by_constraint(assisted):
    from django.db import IntegrityError

    job = assisted(1)
    image = Image.objects.get(job=job)
    Label.objects.create(image=image, source="human", boxes=[])
    with pytest.raises(IntegrityError):
        Label.objects.create(image=image, source="auto", boxes=[])

"""Assignments: who gets which image, for how long, and what becomes of answers."""

from dataclasses import replace

import pytest

from labeling.assignments import answers, claims, drafts, skips
from labeling.kernel.errors import Conflict, Invalid, NotAllowed
from labeling.models import Assignment, Draft, Image, Job, Round, RoundSettings
from labeling.reports import figures, wording
from labeling.rounds import lifecycle
from tests.factories import ALONE, answer, box, join, make_images, make_job, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_holds_at_most_two_assignments_and_gets_them_back_when_asking_again(
    started, alice
):
    first = claims.claim_next(started, alice).assignments
    again = claims.claim_next(started, alice).assignments

    assert [s.pk for s in first] == [s.pk for s in again]
    assert 1 <= len(first) <= 2


@pytest.mark.parametrize(("images", "held"), [(72, 12), (18, 3), (6, 2), (3, 1)])
def test_a_page_that_asks_for_a_stock_leaves_enough_for_the_others(alice, bob, mona, images, held):
    job = make_job(**ALONE, assist=False, pilot_size=images)
    join(job, alice, "annotator")
    join(job, bob, "annotator")
    make_images(job, images)
    lifecycle.start(job, mona)
    run_steps(job)

    assert len(claims.claim_next(job, alice, count=claims.STOCK).assignments) == held


def test_a_stock_is_not_held_where_the_machine_may_still_label(alice, mona):
    job = make_job(pilot_size=10, validation_size=10, training_size=1, batch_size=30)
    join(job, alice, "annotator")
    make_images(job, 60)
    Round.objects.create(
        job=job,
        number=1,
        purpose="active",
        state="COLLECTING",
        settings=replace(RoundSettings.of_job(job), size=30),
    )
    round = job.rounds.get()
    Assignment.objects.bulk_create(
        Assignment(round=round, image=image, slot=1) for image in job.images.all()
    )
    Job.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()

    assert len(claims.claim_next(job, alice, count=claims.STOCK).assignments) == 2


def test_nobody_gets_an_image_that_someone_else_holds(started, alice, bob):
    hers = {s.image_id for s in claims.claim_next(started, alice).assignments}
    his = {s.image_id for s in claims.claim_next(started, bob).assignments}

    assert not hers & his


def test_two_people_draw_the_same_image_when_two_are_wanted(alice, bob, mona):
    job = make_job(assist=False, annotators_per_image=2, pilot_size=1)
    join(job, alice, "annotator")
    join(job, bob, "annotator")
    make_images(job, 1)
    lifecycle.start(job, mona)
    run_steps(job)

    hers, his = claims.claim_next(job, alice).assignments, claims.claim_next(job, bob).assignments

    assert [s.image_id for s in hers] == [s.image_id for s in his]
    assert {s.slot for s in hers + his} == {1, 2}
    assert claims.claim_next(job, alice).assignments == hers


def test_an_outsider_gets_nothing(started, eve):
    with pytest.raises(NotAllowed):
        claims.claim_next(started, eve)


def test_the_same_version_again_changes_nothing(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]

    answer(assignment, alice, [box(10)])
    again = answer(assignment, alice, [box(10)])

    assert again.state == "submitted"
    assert again.boxes[0]["x1"] == 10


def test_another_answer_of_the_same_version_is_refused_not_swallowed(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]
    answer(assignment, alice, [box(10)])

    with pytest.raises(Conflict, match="stored already"):
        answer(assignment, alice, [box(90)])
    assignment.refresh_from_db()
    assert assignment.boxes == [box(10)]


def test_a_higher_version_replaces_the_answer_until_the_round_moves_on(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]
    answer(assignment, alice, [box(10)])

    changed = answer(assignment, alice, [box(30)], version=2)
    assert changed.boxes[0]["x1"] == 30

    with pytest.raises(Conflict, match="newer"):
        answer(assignment, alice, [box(40)], version=1)
    work_all(started, alice)
    run_steps(started)
    with pytest.raises(Conflict, match="round has moved on"):
        answer(assignment, alice, [box(50)], version=3)


def test_the_time_of_a_change_is_added_once(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]
    for version, active_ms, action_ms in (
        (1, 60_000, {"open": 1000, "drag": 59_000}),
        (2, 2000, {"adjust": 1500, "drag": 500}),
        (2, 2000, {"adjust": 1500, "drag": 500}),  # the outbox sends again
    ):
        answers.submit(
            assignment,
            alice,
            version=version,
            boxes=[box(version)],
            active_ms=active_ms,
            action_ms=action_ms,
        )

    assignment.refresh_from_db()
    assert assignment.action_ms == {"open": 1000, "drag": 59_500, "adjust": 1500}
    assert assignment.active_ms == figures.active_ms(started) == 62_000


def test_a_skipped_image_goes_to_someone_else_once(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]

    skips.skip(assignment, alice, "hard_to_see")
    skips.skip(assignment, alice, "hard_to_see")  # the page may say it twice

    assert Assignment.objects.filter(image=assignment.image, state="open").count() == 1
    assert assignment.image_id not in {
        s.image_id for s in claims.claim_next(started, alice).assignments
    }


def test_two_skips_for_one_reason_exclude_the_image(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]
    skips.skip(assignment, alice, "unusable")
    for other in claims.claim_next(started, bob).assignments:
        if other.image_id == assignment.image_id:
            skips.skip(other, bob, "unusable")

    image = Image.objects.get(pk=assignment.image_id)
    assert (image.excluded, image.get_excluded_display()) == (
        "unusable",
        "skipped twice: Image unusable",
    )
    assert [line["text"] for line in wording.events(started, 2)] == [
        "An image was excluded: skipped twice: Image unusable",
        "An image was skipped: Image unusable",
    ]
    assert not Assignment.objects.pending().filter(image=image).exists()


def test_an_unknown_reason_is_refused(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]
    with pytest.raises(Invalid, match="Choose a reason"):
        skips.skip(assignment, alice, "no fun")


def test_while_paused_answers_are_taken_but_nothing_is_handed_out(started, alice, bob, mona):
    assignment = claims.claim_next(started, alice).assignments[0]
    lifecycle.pause(started, mona)

    assert claims.claim_next(started, bob).assignments == []
    assert answer(assignment, alice).state == "submitted"


def test_an_answer_that_comes_twice_leaves_the_draft_that_began_after_it(started, alice):
    assignment = claims.claim_next(started, alice, count=1).assignments[0]
    content = {"boxes": [], "active_ms": 5, "action_ms": None}
    drafts.save(assignment, version=0, number=1, known=0, writer="page", content=content)
    answer(assignment, alice, [box()])
    assert not Draft.objects.filter(assignment=assignment.pk).exists()
    assignment.refresh_from_db()
    drafts.save(assignment, version=1, number=2, known=1, writer="page", content=content)
    answer(assignment, alice, [box()])  # the outbox sends again
    assert Draft.objects.get(assignment=assignment.pk).number == 2

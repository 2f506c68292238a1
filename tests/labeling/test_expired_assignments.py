"""Assignments of people who are late, away or gone: who gets the image, and what their answer
counts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.assignments import claims, held, overlap, skips
from labeling.jobs import members
from labeling.kernel import leases
from labeling.kernel.errors import LeaseLost
from labeling.management import reconcile
from labeling.models import Assignment, Label
from labeling.rounds import lifecycle
from tests.factories import ALONE, answer, join, make_images, make_job, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def expire(assignment: Assignment) -> None:
    """Let a lease run out."""
    Assignment.objects.filter(pk=assignment.pk).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1)
    )


def test_a_assignment_whose_lease_ran_out_is_offered_to_someone_else(started, alice, bob):
    (assignment, *_rest) = claims.claim_next(started, alice).assignments
    for mine in claims.claim_next(started, alice).assignments:
        expire(mine)

    taken = claims.claim_next(started, bob).assignments

    assert assignment.image_id in {s.image_id for s in taken}
    assignment.refresh_from_db()
    assert (assignment.state, assignment.annotator) == ("expired", alice)


def test_a_late_answer_on_a_assignment_taken_over_is_kept_as_extra(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]
    for mine in claims.claim_next(started, alice).assignments:
        expire(mine)
    claims.claim_next(started, bob)

    late = answer(assignment, alice)

    assert late.state == "extra"
    assert late.boxes


def test_a_late_answer_takes_its_slot_back_if_the_slot_is_open_again(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]
    for mine in claims.claim_next(started, alice).assignments:
        expire(mine)
    for taken in claims.claim_next(started, bob).assignments:
        held.give_back(started, bob, "", [taken.pk])

    late = answer(assignment, alice)

    assert late.state == "submitted"
    assert not Assignment.objects.filter(image=assignment.image, state="open").exists()


def test_a_late_answer_does_not_bring_a_locked_image_back(started, alice):
    """Someone took the assignment over and gave it back before the audit plan."""
    assignment = claims.claim_next(started, alice).assignments[0]
    Assignment.objects.filter(pk=assignment.pk).update(state="expired")
    Assignment.objects.create(
        round=assignment.round,
        image=assignment.image,
        slot=assignment.slot,
        state="withdrawn",
        reason=Assignment.Withdrawn.LOCKED,
    )

    late = answer(assignment, alice)

    assert late.state == "extra"


def test_who_expired_gets_the_image_back_that_the_others_declined(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]
    for mine in claims.claim_next(started, alice).assignments:
        expire(mine)
    for taken in claims.claim_next(started, bob).assignments:
        skips.skip(taken, bob, "unsure_of_class")
    reconcile.reconcile()

    assert assignment.pk in {s.pk for s in claims.claim_next(started, alice).assignments}
    assert answer(assignment, alice).state == "submitted"
    assert not started.images.exclude(excluded="").exists()


def test_who_expired_takes_over_from_another_who_expired(started, alice, bob):
    for who in (alice, bob):
        for mine in claims.claim_next(started, who).assignments:
            expire(mine)

    again = claims.claim_next(started, alice).assignments

    assert again
    for assignment in again:
        assert (assignment.state, assignment.annotator) == ("claimed", alice)
        rows = Assignment.objects.filter(round=assignment.round, image=assignment.image)
        assert sorted(rows.values_list("annotator", "state")) == sorted(
            [(alice.pk, "claimed"), (bob.pk, "expired")]
        )


def test_what_a_switched_off_account_holds_does_not_hold_the_round(alice, bob, mona):
    job = make_job(assist=False, annotators_per_image=2, pilot_size=2)
    join(job, alice, "annotator")
    join(job, bob, "annotator")
    make_images(job, 2)
    lifecycle.start(job, mona)
    run_steps(job)
    work_all(job, alice)
    for assignment in claims.claim_next(job, bob).assignments:
        expire(assignment)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    reconcile.reconcile()
    run_steps(job)

    job.refresh_from_db()
    assert job.state == "complete"
    assert Label.objects.active().filter(image__job=job).count() == 2


def test_renewing_a_lost_assignment_says_so(started, alice, bob):
    assignment = claims.claim_next(started, alice).assignments[0]
    for mine in claims.claim_next(started, alice).assignments:
        expire(mine)
    claims.claim_next(started, bob)

    with pytest.raises(LeaseLost):
        leases.renew(assignment, started, alice, "")


def test_a_slot_that_nobody_may_take_is_withdrawn_and_the_round_ends(alice, mona):
    job = make_job(**ALONE, assist=False, pilot_size=2)
    join(job, alice, "annotator")
    make_images(job, 2)
    lifecycle.start(job, mona)
    run_steps(job)

    for assignment in claims.claim_next(job, alice).assignments:
        skips.skip(assignment, alice, "other")
    for assignment in claims.claim_next(job, alice).assignments:
        skips.skip(assignment, alice, "other")
    run_steps(job)

    job.refresh_from_db()
    assert job.state == "complete"
    assert set(job.images.values_list("excluded", flat=True)) == {"nobody"}


def test_what_someone_held_goes_to_others_when_they_leave(started, alice, bob, mona):
    held = {s.image_id for s in claims.claim_next(started, alice).assignments}

    members.remove(started.members.get(user=alice), mona)

    assert held & {s.image_id for s in claims.claim_next(started, bob).assignments}


def test_an_answer_that_comes_while_its_author_is_removed_counts(mona, alice, bob, monkeypatch):
    job = make_job(**ALONE, assist=False, pilot_size=12)
    join(job, alice, "annotator")
    join(job, bob, "annotator")
    make_images(job, 12)
    lifecycle.start(job, mona)
    run_steps(job)
    first, second = sorted(
        claims.claim_next(job, alice).assignments, key=lambda assignment: assignment.image_id
    )
    reopen = overlap.open_again

    def answered_meanwhile(assignment, **fields):
        if assignment.pk == first.pk:
            answer(Assignment.objects.get(pk=second.pk), alice)
        return reopen(assignment, **fields)

    monkeypatch.setattr(overlap, "open_again", answered_meanwhile)
    members.remove(job.members.get(user=alice), mona)

    assignments = Assignment.objects.order_by("pk")
    assert list(assignments.filter(image=first.image).values_list("state", flat=True)) == [
        "expired",
        "open",
    ]
    assert [s.state for s in assignments.filter(image=second.image)] == ["submitted"]

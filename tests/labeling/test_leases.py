"""The one rule of leases, for images and checks alike, and how held work comes back early."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from labeling.assignments import claims, drafts, held, skips
from labeling.jobs import members
from labeling.kernel import leases
from labeling.kernel.errors import Conflict, LeaseLost
from labeling.models import Assignment, Audit, Draft, Event
from labeling.reports import figures, snapshot
from labeling.review import queue, verdicts
from labeling.rounds import lifecycle
from tests.factories import answer, join
from tests.labeling.test_expired_assignments import expire
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.get_default_timezone())
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def started(job, mona):
    """The job, running, with eight images to draw: enough that one person gets two."""
    job.pilot_size = 8
    job.save()
    lifecycle.start(job, mona)
    run_steps(job)
    return job


def end_of(row) -> datetime:
    return row.__class__.objects.get(pk=row.pk).lease_expires_at


def work_of(kind: str, started, closing, alice, rita):
    """An image in alice's hands, or a check in rita's, with its job and person."""
    if kind == "image":
        return claims.claim_next(started, alice, page="a").assignments[0], started, alice
    return queue.claim_next(closing, rita, page="a")[0], closing, rita


@pytest.mark.parametrize("kind", ["image", "check"])
def test_a_lease_stands_still_in_a_pause_and_never_grows_by_it(
    kind, started, closing, alice, rita, mona
):
    with time_machine.travel(START, tick=False) as clock:
        row, job, who = work_of(kind, started, closing, alice, rita)
        assert end_of(row) == START + TEN_MINUTES
        clock.shift(timedelta(minutes=4))
        lifecycle.pause(job, mona)
        clock.shift(timedelta(days=3))
        lifecycle.resume(job, mona)
        assert end_of(row) == timezone.now() + timedelta(minutes=6)

        lifecycle.pause(job, mona)
        clock.shift(timedelta(days=3))
        leases.renew(row, job, who, "a")  # the page is open, and somebody moves the mouse
        lifecycle.resume(job, mona)
        assert end_of(row) == timezone.now() + TEN_MINUTES


@pytest.mark.parametrize("kind", ["image", "check"])
def test_a_lease_is_renewed_for_its_holder_only(kind, started, closing, alice, bob, rita, mona):
    row, job, who = work_of(kind, started, closing, alice, rita)
    leases.renew(row, job, who, "b")
    with pytest.raises(LeaseLost):
        leases.renew(row, job, bob, "b")
    row.refresh_from_db()
    assert row.page == "b"


def test_nobody_loses_an_image_while_the_job_is_paused(started, alice, bob, mona):
    his = claims.claim_next(started, bob).assignments
    hers = claims.claim_next(started, alice).assignments
    started.members.filter(user=bob, role="annotator").update(role="reviewer")
    lifecycle.pause(started, mona)
    for assignment in (*his, *hers):
        expire(assignment)

    skips.skip(hers[0], alice, "other")  # looks for images that nobody can draw any more

    assert Assignment.objects.get(pk=his[0].pk).state == "claimed"


def test_asking_again_renews_checks_only_where_it_matters(closing, rita, django_assert_num_queries):
    with time_machine.travel(START, tick=False) as clock:
        first = queue.claim_next(closing, rita, page="a")
        clock.shift(timedelta(minutes=1))
        assert [a.lease_expires_at for a in queue.claim_next(closing, rita, page="a")] == [
            a.lease_expires_at for a in first
        ]
        clock.shift(timedelta(minutes=5))
        again = queue.claim_next(closing, rita, page="a")
        assert {a.lease_expires_at for a in again} == {timezone.now() + TEN_MINUTES}


def test_a_page_that_is_left_gives_back_what_was_not_begun(started, alice, bob):
    begun, untouched = claims.claim_next(started, alice, page="a").assignments
    content = {"boxes": [], "active_ms": 5, "action_ms": None}
    drafts.save(begun, version=0, number=1, known=0, writer="page", content=content)

    assert held.give_back(started, alice, "a", [begun.pk, untouched.pk]) == 1

    assert [s.pk for s in claims.held(started, alice)] == [begun.pk]
    assert Draft.objects.filter(assignment=begun.pk).exists()
    assert Assignment.objects.get(pk=untouched.pk).state == "open"
    assert untouched in claims.claimable(begun.round, bob, timezone.now())


def test_a_reload_does_not_lose_its_images_to_the_page_that_was_left(started, alice):
    assignments = claims.claim_next(started, alice, page="old").assignments
    claims.claim_next(started, alice, page="new")  # overtakes the farewell of the old one

    assert held.give_back(started, alice, "old", [s.pk for s in assignments]) == 0

    assert len(claims.held(started, alice)) == len(assignments)


def test_nobody_gives_back_what_others_hold(started, alice, bob):
    assignment = claims.claim_next(started, alice, page="a").assignments[0]
    assert held.give_back(started, bob, "a", [assignment.pk]) == 0
    assert Assignment.objects.get(pk=assignment.pk).annotator == alice


def test_checks_given_back_go_to_others_and_their_reviewer_is_remembered(closing, rita, bob):
    taken = queue.claim_next(closing, rita, page="a")
    pks = [audit.pk for audit in taken]

    assert held.give_back_checks(closing, rita, "b", pks) == 0  # another page
    assert held.give_back_checks(closing, rita, "a", pks) == len(pks)

    corrected = Audit.objects.filter(pk__in=pks)
    assert not corrected.exclude(reviewer=None).exists()
    assert all(rita in audit.had_by.all() for audit in corrected)
    assert {a.pk for a in queue.claim_next(closing, bob)} & set(pks)


def test_a_manager_sees_who_holds_the_last_images_and_since_when(started, alice, bob, mona):
    with time_machine.travel(START, tick=False) as clock:
        claims.claim_next(started, alice, page="a")
        clock.shift(timedelta(minutes=3))
        (row,) = snapshot.of_job(started)["held"]
        assert (row["name"], row["images"], row["checks"]) == ("alice", 2, 0)
        assert (row["since"], row["away"]) == (START.isoformat(), False)
        clock.shift(timedelta(minutes=3))
        assert snapshot.of_job(started)["held"][0]["away"]  # half of the lease without a sign
    seen = snapshot.of_job(started)
    assert snapshot.for_member(seen, bob.pk)["held"] == []
    assert len(snapshot.for_member(seen, alice.pk)["held"]) == 1


def test_the_time_left_knows_of_work_that_must_come_back_first(started, alice, bob):
    started.lease_minutes = 60
    started.save()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        mine, _kept = claims.claim_next(started, alice, page="a").assignments
        clock.shift(timedelta(seconds=10))
        answer(mine, alice)
        clock.shift(timedelta(minutes=40))
        left = snapshot.of_job(started)["round"]["seconds_left"]
    assert left >= 20 * 60  # the lease runs as long before anyone else can draw the last image


def test_a_manager_gives_held_work_to_the_others_at_once(started, alice, bob, mona):
    first, second = claims.claim_next(started, alice, page="a").assignments
    content = {"boxes": [], "active_ms": 5, "action_ms": None}
    drafts.save(first, version=0, number=1, known=0, writer="page", content=content)

    assert held.release(started, alice, mona) == 2
    assert held.release(started, alice, mona) == 0  # twice

    event = Event.objects.get(job=started, kind="work_released")
    assert (event.actor, event.data) == (mona, {"name": "alice", "count": 2})
    assert answer(first, alice).state == "submitted"  # nobody had taken it: the work counts
    while assignments := claims.claim_next(started, bob).assignments:
        for assignment in assignments:
            answer(assignment, bob)
    assert answer(second, alice).state == "extra"  # bob was quicker


def test_a_manager_frees_checks_too(closing, rita, bob, mona):
    join(closing, mona, "manager")
    count = len(queue.claim_next(closing, rita, page="a"))
    assert held.release(closing, rita, mona) == count
    assert not Audit.objects.held_by(rita).exists()


def test_who_leaves_gives_their_checks_to_the_others(closing, rita, bob):
    taken = {audit.pk for audit in queue.claim_next(closing, rita)}
    members.remove(closing.members.get(user=rita, role="reviewer"), None)
    assert not Audit.objects.held_by(rita).exists()
    assert {audit.pk for audit in queue.claim_next(closing, bob)} & taken


def test_nothing_is_taken_for_a_cancelled_job(started, alice, bob, mona):
    first, second = claims.claim_next(started, alice).assignments
    lifecycle.cancel(started, mona)
    for write in (
        lambda: answer(first, alice),
        lambda: skips.skip(second, alice, "other"),
    ):
        with pytest.raises(Conflict, match="cancelled"):
            write()
    assert not Assignment.objects.filter(state__in=("submitted", "extra")).exists()
    assert figures.cost(started)["total"] == 0


def test_a_expired_answer_and_a_change_come_too_late_for_a_cancelled_job(started, alice, mona):
    first, second = claims.claim_next(started, alice).assignments
    answer(first, alice)
    held.release(started, alice, mona)
    lifecycle.cancel(started, mona)
    for assignment, version in ((first, 2), (second, 1)):
        with pytest.raises(Conflict, match="cancelled"):
            answer(assignment, alice, [], version=version)
    first.refresh_from_db()
    assert (first.version, len(first.boxes)) == (1, 1)


def test_no_verdict_is_taken_for_a_cancelled_job(closing, rita, mona):
    audit = queue.claim_next(closing, rita)[0]
    lifecycle.cancel(closing, mona)
    with pytest.raises(Conflict, match="cancelled"):
        verdicts.decide(audit, rita, verdict="approved")


def test_a_broken_image_reported_twice_is_recorded_once(started, alice):
    assignment = claims.claim_next(started, alice).assignments[0]
    skips.report_broken(assignment, alice)
    skips.report_broken(assignment, alice)  # the outbox sends again
    kinds = Event.objects.filter(job=started).values_list("kind", flat=True)
    assert list(kinds).count("image_reported") == list(kinds).count("image_skipped") == 1

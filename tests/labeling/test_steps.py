"""The ledger of machine work: leases, fences, retries, and reconciliation that repairs."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.kernel import events, faults
from labeling.kernel.errors import LeaseLost
from labeling.ledger import leases, runner, steps, workers
from labeling.management import reconcile
from labeling.models import Event, Step
from labeling.reports import progress, snapshot, wording
from labeling.rounds import lifecycle
from tests.factories import ALONE, join, make_images, make_job, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def step(job, mona):
    """The first step of a started job: selecting."""
    lifecycle.start(job, mona)
    return Step.objects.get(round__job=job)


def expire(step: Step) -> None:
    Step.objects.filter(pk=step.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_a_step_is_held_by_one_worker_at_a_time(step):
    assert leases.claim(Step, step.pk) is not None
    assert leases.claim(Step, step.pk) is None


def test_a_dead_workers_step_is_taken_over_and_the_old_one_is_fenced(step):
    old = leases.claim(Step, step.pk)
    expire(step)
    new = leases.claim(Step, step.pk)

    with pytest.raises(LeaseLost), old.fenced():
        raise AssertionError("the fence let a stale worker in")
    with pytest.raises(LeaseLost):
        old.renew(1, 2)
    with new.fenced(last=True):
        pass
    step.refresh_from_db()
    assert step.finished_at
    assert step.attempts == 2


def test_a_stale_write_is_rolled_back_with_its_transaction(step):
    old = leases.claim(Step, step.pk)
    before = Event.objects.count()
    with pytest.raises(LeaseLost), old.fenced():  # noqa: PT012  the body is what is rolled back
        events.record(step.round.job, "job_paused")
        Step.objects.filter(pk=step.pk).update(lease_owner="someone else")
        old.renew(1, 2)
    assert Event.objects.count() == before


def test_a_message_for_a_finished_step_does_nothing(step, job):
    run_steps(job)
    attempts = Step.objects.get(pk=step.pk).attempts
    runner.run("step", step.pk)
    assert Step.objects.get(pk=step.pk).attempts == attempts


def broken(step, lease):
    raise OSError(28, "No space left on device")


def test_a_step_that_fails_three_times_stops_with_its_reason_and_a_retry_helps(
    step, job, mona, monkeypatch
):
    kind = steps.STATES["SELECTING"]
    monkeypatch.setitem(steps.STATES, "SELECTING", steps.State(broken, "default", kind.shards))
    for _ in range(3):
        runner.run("step", step.pk)
    step.refresh_from_db()

    assert step.is_given_up
    assert "No space left" in step.error
    runner.run("step", step.pk)  # a message that came late
    step.refresh_from_db()
    assert step.attempts == Step.MAX_FAILURES
    assert job.rounds.get().state == "SELECTING"
    assert any("No space left" in a["text"] for a in snapshot.of_job(job)["alerts"])
    monkeypatch.setitem(steps.STATES, "SELECTING", kind)
    assert lifecycle.retry(job, mona) == 1
    run_steps(job)
    assert job.rounds.get().state == "COLLECTING"


def test_a_late_message_does_not_start_what_kills_its_workers(step):
    for _ in range(Step.MAX_DEATHS):
        assert leases.claim(Step, step.pk) is not None
        expire(step)
    assert leases.claim(Step, step.pk) is None


def test_a_step_that_kills_its_workers_says_so(step, job):
    Step.objects.filter(pk=step.pk).update(attempts=Step.MAX_DEATHS)
    state = snapshot.of_job(job)

    assert any(f"Selecting: {Step.GIVEN_UP}" == a["text"] for a in state["alerts"])
    assert state["round"]["step_error"] == Step.GIVEN_UP


def test_reconciling_reminds_of_a_forgotten_step_at_most_once_a_minute(step, monkeypatch):
    sent = []
    monkeypatch.setattr(runner, "enqueue", lambda item: sent.append(item.pk))
    reconcile.reconcile()
    assert sent == [step.pk]

    monkeypatch.undo()
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.all().delete()
    Step.objects.filter(pk=step.pk).update(enqueued_at=None)
    reconcile.reconcile()
    reconcile.reconcile()
    assert DBTaskResult.objects.count() == 1


def test_a_queue_that_is_away_does_not_fail_whoever_closed_the_round(
    job, alice, mona, monkeypatch, caplog
):
    lifecycle.start(job, mona)
    run_steps(job)

    def away(name):
        raise ConnectionError("Redis does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(faults, "point", away)
        work_all(job, alice)

    assert job.rounds.get().state == "CONSOLIDATING"
    assert "Redis does not answer" in caplog.text
    run_steps(job)
    assert job.rounds.count() == 2


def test_a_step_given_back_by_a_stopping_worker_is_free_at_once(step):
    for _ in range(Step.MAX_DEATHS + 1):  # orderly restarts are no failures
        lease = leases.claim(Step, step.pk)
        assert lease is not None
        lease.release()


def test_a_paused_job_starts_no_step(step, job, mona):
    lifecycle.pause(job, mona)
    assert leases.claim(Step, step.pk) is None


def test_machine_work_of_a_paused_job_stops_and_goes_on_at_once_afterwards(step, job, mona):
    def pauses(step, lease):
        lifecycle.pause(job, mona)
        lease.renew(1, 2)
        raise AssertionError("it went on")

    with swapped(step, pauses):
        runner.run("step", step.pk)
    step.refresh_from_db()
    assert (step.error, step.attempts, step.lease_owner) == ("", 0, "")

    lifecycle.resume(job, mona)
    run_steps(job)
    step.refresh_from_db()
    assert step.finished_at


@contextmanager
def swapped(step, handler):
    """The machine work of this step's state done by another function."""
    kind = steps.STATES[step.state]
    steps.STATES[step.state] = replace(kind, handler=handler)
    try:
        yield
    finally:
        steps.STATES[step.state] = kind


def test_a_round_that_waits_for_a_busy_worker_says_so(step, job, mona):
    other = make_job(**ALONE, assist=False, pilot_size=1)
    join(other, mona, "annotator")
    make_images(other, 2)
    lifecycle.start(other, mona)
    assert not snapshot.of_job(other)["round"]["queued"]

    leases.claim(Step, step.pk)
    assert snapshot.of_job(other)["round"]["sentence"] == progress.QUEUED
    told = wording.queue_message(other, has_work=False)["message"]
    assert told.startswith("Nothing waiting. The worker is busy with another job.")
    assert not snapshot.of_job(job)["round"]["queued"]


def test_people_are_told_that_the_machine_has_stopped(step, job):
    Step.objects.filter(pk=step.pk).update(attempts=Step.MAX_FAILURES, error="no such file")
    assert "Processing stopped" in wording.queue_message(job, has_work=False)["message"]


def test_progress_gives_the_seconds_left(step, job):
    lease = leases.claim(Step, step.pk)
    Step.objects.filter(pk=step.pk).update(started_at=timezone.now() - timedelta(seconds=30))
    lease.renew(25, 100)
    left = snapshot.of_job(job)["round"]["seconds_left"]
    assert 80 <= left <= 100


def test_a_queue_that_no_living_worker_serves_is_told(step, job):
    def told() -> list[str]:
        return [a["text"] for a in snapshot.of_job(job)["alerts"] if "worker" in a["text"]]

    Step.objects.filter(pk=step.pk).update(queue="gpu")
    assert [text.rpartition("manage.py ")[2] for text in told()] == ["worker."]

    workers.heartbeat("host:1", "default")
    assert [text.rpartition("manage.py ")[2] for text in told()] == ["worker --queue gpu."]
    assert snapshot.of_job(job)["round"]["worker_seen_s"] is None

    workers.heartbeat("host:2", "default,gpu")
    assert told() == []
    assert snapshot.of_job(job)["round"]["worker_seen_s"] == 0

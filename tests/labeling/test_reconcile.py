"""Reconciliation repeats what comes after a commit, where a kill came in between."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.consolidation import labels
from labeling.kernel import events
from labeling.management import reconcile
from labeling.models import Audit, Event, Job, Label, Round, Transfer
from labeling.review import monitoring, verdicts
from labeling.rounds import lifecycle
from tests.factories import box, make_images, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complete(job, alice, bob):
    """The job with every image labelled."""
    lifecycle.start(job, None)
    for _ in range(6):
        run_steps(job)
        work_all(job, alice, bob)
    job.refresh_from_db()
    assert job.state == Job.State.COMPLETE
    return job


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return str(job.state)


def test_a_complete_job_with_an_unlabelled_image_goes_on(complete, mona):
    image = complete.images.first()
    labels.exclude(image, "manager", mona)
    reconcile.reconcile()
    assert state_of(complete) == "complete"

    labels.restore(image, mona)  # and the process is killed before it reopens the job
    reconcile.reconcile()
    assert state_of(complete) == "running"


def test_a_job_is_not_reopened_in_the_middle_of_an_import(complete):
    row = Transfer.objects.create(job=complete, kind="import", format="zip", source="x", intake=1)
    make_images(complete, 3, intake=1)
    events.record(complete, "import_started")
    reconcile.reconcile()
    assert state_of(complete) == "complete"

    Transfer.objects.filter(pk=row.pk).update(finished_at=timezone.now())
    reconcile.reconcile()
    assert state_of(complete) == "running"


def test_only_jobs_to_which_something_happened_are_looked_at(complete, monkeypatch):
    Event.objects.update(at=timezone.now() - 2 * reconcile.COMMITTED_AFTER)
    seen = reconcile.reconcile()
    looked_at: list[Job] = []
    monkeypatch.setattr(lifecycle, "reopen", looked_at.append)

    assert reconcile.reconcile(seen) == seen
    assert looked_at == []
    events.record(complete, "import_finished")
    assert reconcile.reconcile(seen) == seen  # too young to be forgotten
    assert looked_at == [complete]


def test_a_watched_round_is_judged_after_its_last_verdict(complete, rita, monkeypatch):
    round = Round.objects.create(
        job=complete,
        number=9,
        purpose="active",
        state="CLOSED",
        closed_at=timezone.now(),
        settings={"acceptance": "per_round", "target_quality": 0.9},
    )
    with monkeypatch.context() as killed:
        killed.setattr(monitoring, "check", lambda round: False)
        for position, image in enumerate(make_images(complete, 30)):
            label = Label.objects.create(
                image=image, round=round, source="auto", boxes=[box()], confidence=0.9
            )
            if position == 29:
                break  # stays unchecked
            audit = Audit.objects.create(
                round=round,
                image=image,
                kind="monitoring",
                position=position,
                label=label,
                predicted=[box()],
                reviewer=rita,
            )
            verdicts.decide(audit, rita, verdict="corrected", boxes=[box(120, 80, 40)])
    reconcile.reconcile()
    assert label.revoked_at is None  # the reviewer may be at it

    monkeypatch.setattr(reconcile, "COMMITTED_AFTER", timedelta(0))
    reconcile.reconcile()

    label.refresh_from_db()
    assert label.ended == "revoked"
    assert state_of(complete) == "running"

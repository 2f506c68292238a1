"""A job's life: start, pause, resume, cancel, retry, reopen."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.jobs import setup
from labeling.kernel import events, leases
from labeling.kernel.errors import Conflict, Invalid
from labeling.ledger import steps
from labeling.models import Assignment, Job
from labeling.rounds import stages


def start(job: Job, by: User | None) -> None:
    """Open the first round; raises Invalid with everything that is missing."""
    problems = setup.start_problems(job)
    if problems:
        raise Invalid(" ".join(problems))
    with transaction.atomic():
        _move(job, Job.State.DRAFT, Job.State.RUNNING)
        events.record(job, "job_started", by)
    stages.open_next(job)


def pause(job: Job, by: User | None) -> None:
    """No claims, no new steps, no change of state; what people hold they may finish."""
    with transaction.atomic():
        _move(job, Job.State.RUNNING, Job.State.PAUSED, paused_at=timezone.now())
        events.record(job, "job_paused", by)


def resume(job: Job, by: User | None) -> None:
    """Go on; leases that stood still get their time back."""
    with transaction.atomic():
        paused_at = Job.objects.values_list("paused_at", flat=True).get(pk=job.pk)
        _move(job, Job.State.PAUSED, Job.State.RUNNING, paused_at=None)
        if paused_at is not None:
            leases.go_on(job, paused_at)
        events.record(job, "job_resumed", by)
    resume_rounds(job)


def cancel(job: Job, by: User | None) -> None:
    """End the job for good; labels and exports are kept."""
    with transaction.atomic():
        if (
            not Job.objects.filter(pk=job.pk)
            .exclude(state__in=(Job.State.CANCELLED, Job.State.COMPLETE))
            .update(state=Job.State.CANCELLED)
        ):
            raise Conflict("The job has ended already.")
        Assignment.objects.filter(round__job=job, state=Assignment.State.OPEN).update(
            state=Assignment.State.WITHDRAWN, reason=Assignment.Withdrawn.CANCELLED
        )
        events.record(job, "job_cancelled", by)
    job.refresh_from_db()


def retry(job: Job, by: User | None) -> int:
    """Start the failed steps of the open round again; how many."""
    round = job.rounds.filter(closed_at=None).first()
    count = steps.retry(round) if round else 0
    if not count:
        raise Conflict("No step of this job has failed.")
    events.record(job, "steps_retried", by, count=count)
    return count


def reopen(job: Job) -> None:
    """A complete job with an unlabelled image goes on (docs/architecture.md 4.4)."""
    if job.images.unlabeled().exists():
        with transaction.atomic():
            if Job.objects.filter(pk=job.pk, state=Job.State.COMPLETE).update(
                state=Job.State.RUNNING
            ):
                events.record(job, "job_reopened")
        stages.open_next(job)


def resume_rounds(job: Job | None = None) -> None:
    """Open or move on whatever a pause or a crash left standing."""
    running = Job.objects.filter(state=Job.State.RUNNING)
    for row in running if job is None else running.filter(pk=job.pk):
        round = row.rounds.filter(closed_at=None).first()
        if round is None:
            stages.open_next(row)
        elif job is not None:
            stages.advance_if_done(round)


def _move(job: Job, before: str, after: str, **fields: object) -> None:
    if not Job.objects.filter(pk=job.pk, state=before).update(state=after, **fields):
        job.refresh_from_db()
        raise Conflict(f"The job is {job.state}, not {before}.")
    job.refresh_from_db()

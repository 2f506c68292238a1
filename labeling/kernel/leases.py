"""The one rule of leases: how long a person keeps an image or a check, and what a pause does to it.

A lease lasts `job.lease_seconds` from the last sign of its person: a claim, an answer, a renewal by
a page in which something was done. Until it ends nobody else gets the work, afterwards anyone may.
While the job is paused none of its work is handed out, so no lease ends; and none grows by a pause.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from django.utils import timezone

from labeling.kernel.errors import LeaseLost
from labeling.models import Assignment, Audit, Job

Held = TypeVar("Held", Assignment, Audit)


def end(job: Job, now: datetime) -> datetime:
    """When a lease ends whose person gave a sign now."""
    return now + timedelta(seconds=job.lease_seconds)


def ran_out(now: datetime) -> Q:
    """Work whose person gave no sign for too long."""
    return Q(lease_expires_at__lt=now)


def keep(rows: "QuerySet[Held]", job: Job, user: User, page: str, now: datetime) -> list[Held]:
    """What the person holds of these, renewed for this page.

    A lease of this page with most of its time left is left alone: no write, and nobody could have
    taken it.
    """
    until = end(job, now)
    enough = until - (until - now) / 4
    while True:
        found = list(rows.all())
        due = [
            row
            for row in found
            if row.page != page or row.lease_expires_at is None or row.lease_expires_at < enough
        ]
        if not due:
            return found
        # without the joins of `rows`: so PostgreSQL looks again at a row that it had to wait for
        kept = due[0].__class__.objects.held_by(user).filter(pk__in=[row.pk for row in due])
        if kept.update(lease_expires_at=until, page=page) == len(due):
            for row in due:
                row.lease_expires_at, row.page = until, page
            return found  # else one was taken over between the two: look again


def renew(row: Assignment | Audit, job: Job, user: User, page: str) -> datetime:
    """Keep one a while longer, also while the job is paused; LeaseLost where another has it."""
    until = end(job, timezone.now())
    mine = type(row).objects.held_by(user).filter(pk=row.pk)
    if not mine.update(lease_expires_at=until, page=page):
        raise LeaseLost("This was reassigned to someone else.")
    return until


def go_on(job: Job, paused_at: datetime) -> None:
    """Give every lease the time back for which it stood still; none gets more than a whole one."""
    now = timezone.now()
    held: list[QuerySet[Assignment] | QuerySet[Audit]] = [
        Assignment.objects.filter(round__job=job, state=Assignment.State.CLAIMED),
        Audit.objects.undecided().filter(round__job=job, reviewer__isnull=False),
    ]
    for rows in held:
        moved = F("lease_expires_at") + (now - paused_at)
        rows.update(lease_expires_at=Least(moved, end(job, now)))

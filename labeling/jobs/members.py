"""Who works on a job: someone comes, and what follows when someone leaves."""

from django.contrib.auth.models import User
from django.db import transaction

from labeling.assignments import handover, held
from labeling.kernel import events
from labeling.kernel.changes import changed
from labeling.models import Assignment, Job, Member

CHECKS = (Member.Role.REVIEWER, Member.Role.MANAGER)


def add(job: Job, user: User, role: str) -> None:
    """Let someone work on the job; who makes a job is its manager already."""
    Member.objects.get_or_create(job=job, user=user, role=role)


def remove(member: Member, by: User | None) -> None:
    """Someone leaves: what they hold goes to others, what only they could do is withdrawn."""
    job = member.job
    with transaction.atomic():
        if member.role == Member.Role.ANNOTATOR:
            handover.give_up(Assignment.objects.filter(round__job=job, annotator=member.user))
        elif not job.members.exclude(pk=member.pk).filter(user=member.user, role__in=CHECKS):
            held.free_checks(job, member.user)
        events.record(job, "member_left", by, role=member.role)
        member.delete()
    changed(job, people=True)

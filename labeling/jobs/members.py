"""Who works on a job: someone comes, and what follows when someone leaves."""

from django.contrib.auth.models import User
from django.db import transaction

from labeling.assignments import handover, held
from labeling.kernel import events
from labeling.kernel.changes import changed
from labeling.kernel.errors import Invalid
from labeling.models import Assignment, Job, Member

CHECKS = (Member.Role.REVIEWER, Member.Role.MANAGER)


def add(job: Job, user: User, role: str) -> None:
    """Let someone work on the job; who makes a job is its manager already."""
    Member.objects.get_or_create(job=job, user=user, role=role)


def account(username: str) -> User:
    """The active account of this name; people are named, for no list shows everybody to all."""
    user = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if user is None:
        raise Invalid(
            f"There is no account {username.strip()!r}. Create it under Users, or send the "
            "invitation link.",
            where="username",
        )
    return user


def add_by_name(job: Job, username: str, role: str, by: User) -> Member:
    """Let the person with this account work on the job; saying it twice changes nothing."""
    user = account(username)
    with transaction.atomic():
        member, made = Member.objects.get_or_create(job=job, user=user, role=role)
        if made:
            events.record(job, "job_edited", by, fields=["members"])
    return member


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

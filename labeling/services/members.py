"""Who works on a job: what follows when someone leaves."""

from django.contrib.auth.models import User
from django.db import transaction

from labeling.models import Assignment, Member
from labeling.services import events, hands, held
from labeling.services.changes import changed

CHECKS = (Member.Role.REVIEWER, Member.Role.MANAGER)


def remove(member: Member, by: User | None) -> None:
    """Someone leaves: what they hold goes to others, what only they could do is withdrawn."""
    job = member.job
    with transaction.atomic():
        if member.role == Member.Role.ANNOTATOR:
            hands.give_up(Assignment.objects.filter(round__job=job, annotator=member.user))
        elif not job.members.exclude(pk=member.pk).filter(user=member.user, role__in=CHECKS):
            held.free_checks(job, member.user)
        events.record(job, "member_left", by, role=member.role)
        member.delete()
    changed(job, people=True)

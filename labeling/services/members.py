"""Who works on a job: what follows when someone leaves."""

from django.contrib.auth.models import User
from django.db import transaction

from labeling.models import Assignment, Member
from labeling.services import claims, events, following, rounds, selecting


def remove(member: Member, by: User | None) -> None:
    """Someone leaves: what they hold goes to others, what only they could do is withdrawn."""
    job = member.job
    with transaction.atomic():
        held = Assignment.objects.filter(annotator=member.user, state=Assignment.State.CLAIMED)
        if member.role == Member.Role.ANNOTATOR:
            for seat in held.filter(round__job=job).order_by("image"):
                claims.lock_image(seat.image_id)
                # an answer may have come since the seats were read: it counts
                if held.filter(pk=seat.pk).update(state=Assignment.State.LAPSED):
                    following.offer_again(seat)
        events.record(job, "member_left", by, role=member.role)
        member.delete()
    for round in job.rounds.filter(closed_at=None):
        selecting.withdraw_impossible(round)
        rounds.advance_if_done(round)

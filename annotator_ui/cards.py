"""The home page's list: each job of a person, what waits there, or why nothing does."""

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from annotator_ui.api import access
from labeling.models import Job
from labeling.services import audits, wording, work


def of(user: User) -> list[dict[str, Any]]:
    """One card per job, those with work first."""
    cards = [card(job, user) for job in access.jobs_of(user)]
    return sorted(cards, key=lambda c: (not c["waiting"], c["name"].casefold()))


def card(job: Job, user: User) -> dict[str, Any]:
    """What waits for this person in this job."""
    roles = access.roles(job, user)
    now = timezone.now()
    to_check = to_draw = 0
    if roles & {access.REVIEWER, access.MANAGER} and job.state in ("running", "complete"):
        to_check = audits.claimable(job, user, now).count()
    round = job.rounds.filter(closed_at=None).first()
    if access.ANNOTATOR in roles and job.state == Job.State.RUNNING and round is not None:
        to_draw = work.claimable(round, user, now).count() + work.held(job, user).count()
    kind = "draw" if to_draw else "audit" if to_check else "none"
    message = "" if kind != "none" else wording.queue_message(job, False)["message"]
    return {
        "slug": job.slug,
        "name": job.name,
        "state": job.state,
        "kind": kind,
        "waiting": to_draw or to_check,
        "message": message,
        "roles": sorted(roles),
        "work_url": reverse("work", args=[job.slug]) if access.ANNOTATOR in roles else None,
        "review_url": (
            reverse("review", args=[job.slug])
            if roles & {access.REVIEWER, access.MANAGER}
            else None
        ),
        "live_url": reverse("job", args=[job.slug]),
    }

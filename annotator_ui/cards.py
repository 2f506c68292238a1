"""The home page's list: each job of a person, what waits there, or why nothing does."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from annotator_ui.api import access, seats
from labeling.models import Assignment, Job, Round
from labeling.services import audits, claims, comments, own_work, reports, wording


def of(user: User) -> list[dict[str, Any]]:
    """One card per job, those with work first."""
    cards = [card(job, user) for job in access.jobs_of(user)]
    return sorted(cards, key=lambda c: (not c["waiting"], c["name"].casefold()))


def card(job: Job, user: User) -> dict[str, Any]:
    """What waits for this person in this job."""
    roles = access.roles(job, user)
    reviewing = bool(roles & set(access.REVIEWING))
    now = timezone.now()
    to_check = to_draw = 0
    if reviewing and job.state in ("running", "complete"):
        to_check = audits.claimable(job, user, now).count()
    round = job.rounds.filter(closed_at=None).first()
    if access.ANNOTATOR in roles and job.state == Job.State.RUNNING and round is not None:
        to_draw = claims.claimable(round, user, now).count() + claims.held(job, user).count()
    kind = "draw" if to_draw else "audit" if to_check else "none"
    message = "" if kind != "none" else _why_nothing(job, roles)
    return {
        "slug": job.slug,
        "name": job.name,
        "state": job.state,
        "kind": kind,
        "waiting": to_draw or to_check,
        "to_draw": to_draw,
        "to_check": to_check,
        "preview_url": _preview(job, user, roles, round),
        "round": _standing(round, user) if to_draw and round is not None else None,
        "stopped_at": _iso(own_work.last_answer(job, user)),
        "answers": comments.unread(user).filter(image__job=job).count(),
        "notes": _open_notes(job, user, roles),
        "history_url": reverse("history", args=[job.slug]),
        "notes_url": reverse("notes", args=[job.slug]),
        "message": message,
        "roles": sorted(roles),
        "work_url": reverse("work", args=[job.slug]) if access.ANNOTATOR in roles else None,
        "review_url": reverse("review", args=[job.slug]) if reviewing else None,
        "report_url": (
            reverse("report", args=[job.slug])
            if reviewing and job.state == Job.State.COMPLETE
            else None
        ),
        "live_url": reverse("job", args=[job.slug]),
    }


def _why_nothing(job: Job, roles: set[str]) -> str:
    """What a person without work reads: where they draw, why; else that there is none to check."""
    if access.ANNOTATOR in roles or job.state != Job.State.RUNNING:
        return wording.queue_message(job, False)["message"]
    return "Nothing to check now."


def _preview(job: Job, user: User, roles: set[str], round: Round | None) -> str | None:
    """A picture this person may see: one they were given, or for reviewers any of the job."""
    images = job.images.present().order_by("pk")
    mine = images.filter(assignments__annotator=user)
    if round is not None:
        first = mine.filter(assignments__round=round).first() or mine.first()
    else:
        first = mine.first()
    if first is None and roles & set(access.REVIEWING):
        first = images.first()
    return reverse("image-preview", args=[first.pk]) if first else None


def _standing(round: Round, user: User) -> dict[str, Any]:
    """How far the round is, and the minutes its rest takes at this person's pace."""
    place = seats.position_of(round)
    mine = Assignment.objects.submitted().filter(annotator=user, round__job=round.job)
    pace = reports.pace(mine)
    return {
        "number": round.number, "purpose": round.purpose, **place,
        "pace_s": float(f"{pace:.1f}") if pace else None,
    }  # fmt: skip


def _open_notes(job: Job, user: User, roles: set[str]) -> int:
    """Open threads that wait for a reviewer."""
    if not roles & set(access.REVIEWING):
        return 0
    return comments.threads(job, user).filter(closed_at=None, answers=None).count()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

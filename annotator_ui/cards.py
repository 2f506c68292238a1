"""The home page's list: each job of a person, what waits there, or why nothing does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict, TypeVar

from django.contrib.auth.models import User
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from annotator_ui.api import access
from labeling.assignments import claims, own_answers
from labeling.models import Assignment, Audit, Image, Job, Round
from labeling.reports import figures, wording
from labeling.review import comments, queue

T = TypeVar("T", bound=Model)


@dataclass(frozen=True)
class Waiting:
    """What the cards of a person say, by job (of assignments: by round), asked once for all
    jobs."""

    roles: dict[int, set[str]]
    rounds: dict[int, Round]  # the open ones
    to_claim: dict[int, int]
    held: dict[int, int]
    assignments: dict[int, dict[str, int]]
    timing: dict[int, float]
    stopped_at: dict[int, datetime]
    answers: dict[int, int]
    notes: dict[int, int]
    previews: dict[int, int]
    undecided: set[int]  # jobs with a check that somebody could have to make


class CardRound(TypedDict):
    """How far the open round is, and the seconds of an image at this person's pace."""

    number: int
    purpose: Round.Purpose
    done: int
    total: int
    pace_s: float | None


class JobCard(TypedDict):
    """What waits for a person in a job; `answers`: to their notes, `notes`: to be answered."""

    slug: str
    name: str
    state: Job.State
    kind: Literal["draw", "audit", "none"]
    waiting: int
    to_draw: int
    to_check: int
    preview_url: str | None
    round: CardRound | None
    stopped_at: str | None
    answers: int
    notes: int
    history_url: str
    notes_url: str
    message: str
    roles: list[str]
    work_url: str | None
    review_url: str | None
    report_url: str | None
    live_url: str


def job_cards(user: User) -> list[JobCard]:
    """One card per job, those with work first."""
    jobs = list(access.jobs_of(user))
    waiting = _waiting(jobs, user)
    cards = [card(job, user, waiting) for job in jobs]
    return sorted(cards, key=lambda c: (not c["waiting"], c["name"].casefold()))


def _waiting(jobs: list[Job], user: User) -> Waiting:
    roles = access.roles_in(jobs, user)
    by_number = {job.pk: job for job in jobs}
    rounds: dict[int, Round] = {}
    for round in Round.objects.filter(job__in=jobs, closed_at=None).order_by("number"):
        round.job = by_number[round.job_id]
        rounds.setdefault(round.job_id, round)
    held = Assignment.objects.filter(
        round__job__in=jobs, annotator=user, state=Assignment.State.CLAIMED
    )
    undecided = Audit.objects.undecided().filter(round__job__in=jobs).order_by()
    return Waiting(
        roles=roles,
        rounds=rounds,
        to_claim=claims.claimable_counts(rounds.values(), user, timezone.now()),
        held=_counted(held, "round__job"),
        assignments=claims.assignment_counts_of(rounds.values()),
        timing=figures.own_timing(jobs, user),
        stopped_at=own_answers.last_answers(jobs, user),
        answers=_counted(comments.unread(user).filter(image__job__in=jobs), "image__job"),
        notes=comments.unanswered(
            [job for job in jobs if roles[job.pk] & set(access.REVIEWING)], user
        ),
        previews=_previews(jobs, user, roles),
        undecided=set(undecided.values_list("round__job", flat=True).distinct()),
    )


def _counted(rows: "QuerySet[T]", by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(n=Count("pk")))


def card(job: Job, user: User, waiting: Waiting) -> JobCard:
    """What waits for this person in this job."""
    roles, round = waiting.roles[job.pk], waiting.rounds.get(job.pk)
    reviewing = bool(roles & set(access.REVIEWING))
    to_check = to_draw = 0
    if reviewing and job.state in ("running", "complete") and job.pk in waiting.undecided:
        to_check = queue.claimable(job, user, timezone.now()).count()
    if access.ANNOTATOR in roles and job.state == Job.State.RUNNING and round is not None:
        to_draw = waiting.to_claim.get(round.pk, 0) + waiting.held.get(job.pk, 0)
    kind: Literal["draw", "audit", "none"]
    kind = "draw" if to_draw else "audit" if to_check else "none"
    preview = waiting.previews.get(job.pk)
    return {
        "slug": job.slug,
        "name": job.name,
        "state": Job.State(job.state),
        "kind": kind,
        "waiting": to_draw or to_check,
        "to_draw": to_draw,
        "to_check": to_check,
        "preview_url": reverse("image-preview", args=[preview]) if preview else None,
        "round": _standing(round, waiting) if to_draw and round is not None else None,
        "stopped_at": _iso(waiting.stopped_at.get(job.pk)),
        "answers": waiting.answers.get(job.pk, 0),
        "notes": waiting.notes.get(job.pk, 0),
        "history_url": reverse("history", args=[job.slug]),
        "notes_url": reverse("notes", args=[job.slug]),
        "message": "" if kind != "none" else _why_nothing(job, roles, round),
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


def _why_nothing(job: Job, roles: set[str], round: Round | None) -> str:
    """What a person without work reads: where they draw, why; else that there is none to check."""
    if access.ANNOTATOR in roles or job.state != Job.State.RUNNING:
        return wording.why_nothing(job, round)["message"]
    return "Nothing to review now."


def _previews(jobs: Iterable[Job], user: User, roles: dict[int, set[str]]) -> dict[int, int]:
    """A picture this person may see: one they were given, the open round's before others, or for
    reviewers any of the job."""
    images = Image.objects.present().filter(job=OuterRef("pk")).order_by("pk").values("pk")
    mine = images.filter(assignments__annotator=user)
    now = images.filter(assignments__annotator=user, assignments__round__closed_at=None)
    rows = Job.objects.filter(pk__in=[job.pk for job in jobs]).order_by()
    firsts = rows.values_list("pk", Subquery(now[:1]), Subquery(mine[:1]), Subquery(images[:1]))
    found: dict[int, int] = {}
    for job, newest, own, first in firsts:
        chosen = newest or own or (first if roles[job] & set(access.REVIEWING) else None)
        if chosen:
            found[job] = chosen
    return found


def _standing(round: Round, waiting: Waiting) -> CardRound:
    """How far the round is, and the minutes its rest takes at this person's pace."""
    counts = waiting.assignments[round.pk]
    done = counts.get(Assignment.State.SUBMITTED, 0)
    pace = waiting.timing.get(round.job_id)
    return {
        "number": round.number,
        "purpose": Round.Purpose(round.purpose),
        "done": done,
        "total": done + claims.left_of(counts),
        "pace_s": float(f"{pace:.1f}") if pace else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

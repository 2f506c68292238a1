"""A person's own answers: which they gave, which they may still change, how the day went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TypedDict

from django.contrib.auth.models import User
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from labeling.assignments import timing
from labeling.kernel.boxes import pack
from labeling.kernel.quality import quality
from labeling.models import Assignment, Audit, Job, Label, LabelCheck
from labeling.models.functions import BoxCount

GIVEN = (Assignment.State.SUBMITTED, Assignment.State.EXTRA)
COMPARED = 100  # latest answers that the agreement is taken over
LEAST_COMPARED = 5  # fewer say nothing about a person
WEEK = 7


def answers(job: Job, user: User) -> "QuerySet[Assignment]":
    """What the person has sent in this job, the latest first."""
    holding = Prefetch("image__labels", Label.objects.active(), to_attr="holding")
    return (
        Assignment.objects.filter(round__job=job, annotator=user, state__in=GIVEN)
        .select_related("image", "round__job")
        .prefetch_related(holding, "suggestions__answers")
        .order_by("-submitted_at", "-pk")
    )


def changeable(assignment: Assignment) -> bool:
    """Whether its author may still change the answer: until the image is consolidated."""
    return bool(
        assignment.state == Assignment.State.SUBMITTED
        and assignment.round.takes_answers
        and assignment.round.closed_at is None
        and assignment.round.job.state in (Job.State.RUNNING, Job.State.PAUSED)
    )


@dataclass(frozen=True)
class Agreement:
    """Mean quality of a person's answers against the final labels of the same images."""

    mean: float  # in [0, 1]
    images: int


def agreement(user: User, since: datetime) -> Agreement | None:
    """Over the latest answers whose images got a label since then; None where they are too few.

    Final means: made of several people's answers, or by a reviewer. A label that is the person's
    own answer alone says nothing about it and is left out.
    """
    labels = (
        Label.objects.active()
        .filter(created_at__gte=since, image__assignments__annotator=user)
        .filter(
            Q(source=Label.Source.REVIEWER)
            | Q(source=Label.Source.HUMAN) & ~Q(detail__method="single")
        )
        .order_by("-pk")
        .distinct()
    )
    final = {label.image_id: label for label in labels[:COMPARED]}
    assignments = Assignment.objects.filter(
        annotator=user, image__in=final, state=Assignment.State.SUBMITTED
    ).values_list("image", "boxes")
    values = {
        image: quality(pack(boxes or []), pack(final[image].boxes)) for image, boxes in assignments
    }
    if len(values) < LEAST_COMPARED:
        return None
    return Agreement(round(sum(values.values()) / len(values), 4), len(values))


class Day(TypedDict):
    """Images of a day."""

    day: str
    images: int


class AgreementShown(TypedDict):
    """Mean quality against the final labels, and the images it was taken over."""

    mean: float
    images: int


class Today(TypedDict):
    """A person's own figures of 24 hours and of the week; `_s`: median seconds."""

    images: int
    boxes: int
    checks: int
    median_s: float | None
    week_median_s: float | None
    box_s: float | None
    week: list[Day]
    agreement: AgreementShown | None


def today(user: User) -> Today:
    """Images, boxes, checks and pace of 24 hours, the week's days, and the agreement."""
    now = timezone.now()
    since, week = now - timedelta(hours=24), now - timedelta(days=WEEK)
    rows = Assignment.objects.filter(annotator=user, state__in=GIVEN)
    fresh = list(rows.filter(submitted_at__gte=since).values_list("active_ms", BoxCount("boxes")))
    first = (now - timedelta(days=WEEK - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    days = dict(
        rows.filter(submitted_at__gte=first)  # a time, not a date: the index knows times
        .annotate(day=TruncDate("submitted_at"))
        .values_list("day")
        .annotate(n=Count("pk"))
        .values_list("day", "n")
    )
    times = rows.filter(submitted_at__gte=week, active_ms__gt=0).values_list("active_ms", flat=True)
    drawn = timing.seconds_by_action(rows.filter(submitted_at__gte=week)).get("drawn")
    found = agreement(user, since) or agreement(user, week)
    return {
        "images": len(fresh),
        "boxes": int(sum(boxes or 0 for _, boxes in fresh)),
        "checks": _checks(user, since),
        "median_s": _seconds([ms for ms, _ in fresh if ms]),
        "week_median_s": _seconds(list(times[:2000])),
        "box_s": drawn["seconds"] if drawn else None,
        "week": [_day(now.date() - timedelta(days=back), days) for back in range(WEEK - 1, -1, -1)],
        "agreement": {"mean": found.mean, "images": found.images} if found else None,
    }


def _checks(user: User, since: datetime) -> int:
    """Audits decided and labels looked at in the grid."""
    audits = Audit.objects.filter(reviewer=user, decided_at__gte=since).count()
    return audits + LabelCheck.objects.filter(by=user, at__gte=since).count()


def _seconds(times: list[int]) -> float | None:
    return round(median(times) / 1000, 1) if times else None


def _day(day: date, counts: dict[date, int]) -> Day:
    return {"day": day.isoformat(), "images": counts.get(day, 0)}


def last_answers(jobs: Iterable[Job], user: User) -> dict[int, datetime]:
    """When the person last sent something, by the jobs where they did."""
    rows = Assignment.objects.filter(round__job__in=list(jobs), annotator=user, state__in=GIVEN)
    return dict(rows.order_by().values_list("round__job").annotate(last=Max("submitted_at")))

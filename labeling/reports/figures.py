"""Figures of a job: counts, rounds, cost, people; all derived, nothing stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Literal, NamedTuple, TypedDict

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from labeling.assignments import overlap
from labeling.models import Assignment, Audit, Job, Label, Round
from labeling.models.functions import BoxCount
from labeling.reports import certificate_report
from labeling.rounds import stopping

RECENT = 200  # latest answers that a pace is taken over


class Counts(TypedDict):
    """Images of a job by where they stand."""

    images: int
    human: int
    auto: int
    excluded: int
    left: int
    in_audit: int
    certified: int


class RoundRow(TypedDict):
    """Images, boxes and money of a round, people and auto apart."""

    number: int
    purpose: Round.Purpose
    human: int
    auto: int
    human_boxes: int
    auto_boxes: int
    answers: int
    human_cost: float
    auto_cost: float
    provisional: bool


class Cost(TypedDict):
    """Money so far, what it were had people drawn all, and the share saved."""

    total: float
    all_human: float
    saved_share: float


class AtWork(TypedDict):
    """A person seen in the last hour, and seconds since."""

    id: int
    initials: str
    name: str
    doing: Literal["draw", "audit", "idle"]
    median_s: float | None
    seen_s: int


def counts(job: Job) -> Counts:
    """Images by where they stand; human + auto + excluded + left = images."""
    total = job.images.count()
    excluded = job.images.exclude(excluded="").count()
    by_source = dict(
        Label.objects.active()
        .filter(image__job=job, image__excluded="")
        .values_list("source")
        .annotate(n=Count("pk"))
        .values_list("source", "n")
    )
    auto = by_source.pop("auto", 0)
    human = sum(by_source.values())
    open_round = job.rounds.filter(closed_at=None, state=Round.State.AUDITING).first()
    in_audit = (
        open_round.audits.filter(kind="certificate", blind=False).count() if open_round else 0
    )
    return {
        "images": total,
        "human": human,
        "auto": auto,
        "excluded": excluded,
        "left": total - excluded - human - auto,
        "in_audit": in_audit,
        "certified": certificate_report.certified_images(job),
    }


def per_round(job: Job) -> list[RoundRow]:
    """Images, boxes and money of each round, people and auto apart (docs/algorithms.md 5.5)."""
    stats: dict[int, dict[str, int]] = {}
    rows = (
        Label.objects.active()
        .filter(image__job=job, image__excluded="", round__isnull=False)
        .values("round", "source")
        .annotate(images=Count("pk"), boxes=Sum(BoxCount(F("boxes"))))
    )
    for row in rows:
        side = "auto" if row["source"] == Label.Source.AUTO else "human"
        entry = stats.setdefault(row["round"], {})
        entry[side] = entry.get(side, 0) + row["images"]
        entry[f"{side}_boxes"] = entry.get(f"{side}_boxes", 0) + int(row["boxes"] or 0)
    answers = _answers_per_round(job)
    result: list[RoundRow] = []
    for round in job.rounds.all():
        entry = stats.get(round.pk, {})
        human, auto = entry.get("human", 0), entry.get("auto", 0)
        image, answer = float(job.price_image), float(job.price_answer)
        result.append(
            {
                "number": round.number,
                "purpose": Round.Purpose(round.purpose),
                "human": human,
                "auto": auto,
                "human_boxes": entry.get("human_boxes", 0),
                "auto_boxes": entry.get("auto_boxes", 0),
                "answers": answers.get(round.pk, 0),
                "human_cost": round_money(image * human + answer * answers.get(round.pk, 0)),
                "auto_cost": round_money(image * auto),
                "provisional": round.closed_at is None,
            }
        )
    return result


def _answers_per_round(job: Job) -> dict[int, int]:
    found: dict[int, int] = {}
    submitted = Q(state__in=(Assignment.State.SUBMITTED, Assignment.State.EXTRA))
    for rows in (
        Assignment.objects.filter(submitted, round__job=job),
        Audit.objects.decided().filter(round__job=job),
    ):
        for pk, n in rows.values_list("round").annotate(n=Count("pk")).values_list("round", "n"):
            found[pk] = found.get(pk, 0) + n
    return found


def answers_per_image(job: Job) -> float:
    """How many people an image takes: as set, or as it turned out where answers decide."""
    usual = float(overlap.least_people(job))
    if job.mode == Job.Mode.INDEPENDENT:
        return usual
    answered = Assignment.objects.submitted().filter(round__job=job)
    found = answered.aggregate(answers=Count("pk"), images=Count("image", distinct=True))
    return found["answers"] / found["images"] if found["images"] else usual


def cost(job: Job) -> Cost:
    """Money so far against every image drawn by people, and the share saved.

    For an image that a running audit has checked only answers are counted on either side: its label
    comes when the audit ends. The same holds for images of the open round.
    """
    total = float(stopping.spent(job))
    checked = Audit.objects.decided().filter(
        round__job=job, round__state=Round.State.AUDITING, kind=Audit.Kind.CERTIFICATE, blind=False
    )
    waiting = Assignment.objects.submitted().filter(
        round__job=job, round__closed_at=None, image__in=job.images.unlabeled()
    )
    labelled = stopping.labelled_here(job)
    answers = answers_per_image(job) * (labelled + checked.count()) + waiting.count()
    all_human = float(job.price_image) * labelled + float(job.price_answer) * answers
    return {
        "total": round_money(total),
        "all_human": round_money(all_human),
        "saved_share": round(1 - total / all_human, 4) if all_human else 0.0,
    }


def round_money(value: float) -> float:
    """Cents, with two more digits for single answers."""
    return round(value, 4)


def seen_by_people(job: Job) -> int:
    """Images that somebody drew or checked, those of the monitoring sample included."""
    drawn = Assignment.objects.submitted().filter(round__job=job)
    checked = Audit.objects.decided().filter(round__job=job)
    seen = Q(pk__in=drawn.values("image")) | Q(pk__in=checked.values("image"))
    return job.images.filter(seen).count()


def active_ms(job: Job, round: Round | None = None) -> int:
    """People's active time in submitted answers and decided checks, in milliseconds."""
    total = 0
    for rows in (
        Assignment.objects.filter(round__job=job, submitted_at__isnull=False),
        Audit.objects.decided().filter(round__job=job),
    ):
        chosen = rows if round is None else rows.filter(round=round)
        total += chosen.aggregate(ms=Sum("active_ms"))["ms"] or 0
    return total


def pace(rows: "QuerySet[Assignment] | QuerySet[Audit]", at: str = "submitted_at") -> float | None:
    """Median active seconds of the latest answers or checks; `at`: the field with their time."""
    recent = list(
        rows.filter(active_ms__gt=0).order_by(f"-{at}").values_list("active_ms", flat=True)[:RECENT]
    )
    return median(recent) / 1000 if recent else None


def own_timing(jobs: Iterable[Job], user: User) -> dict[int, float]:
    """What `pace` says of the person's answers in each of the jobs where they gave any."""
    place = Window(RowNumber(), partition_by="round__job", order_by=F("submitted_at").desc())
    recent = (
        Assignment.objects.submitted()
        .filter(annotator=user, round__job__in=list(jobs), active_ms__gt=0)
        .annotate(place=place)
        .filter(place__lte=RECENT)
        .order_by()
    )
    times: dict[int, list[int]] = {}
    for job, ms in recent.values_list("round__job", "active_ms"):
        times.setdefault(job, []).append(ms)
    return {job: median(found) / 1000 for job, found in times.items()}


def people(job: Job) -> list[AtWork]:
    """Who works on the job now: those seen in the last hour."""
    now = timezone.now()
    since = now - timedelta(hours=1)
    drew = Assignment.objects.submitted().filter(round__job=job, submitted_at__gte=since)
    checked = Audit.objects.decided().filter(round__job=job, decided_at__gte=since)
    seen = _latest(drew, "draw", "submitted_at", "annotator")
    for found in _latest(checked, "audit", "decided_at", "reviewer").values():
        known = seen.get(found.pk)
        if known is None or known.last < found.last:
            seen[found.pk] = found
    result: list[AtWork] = []
    for entry in sorted(seen.values(), key=lambda e: e.last, reverse=True)[:20]:
        age = int((now - entry.last).total_seconds())
        times = list(
            Assignment.objects.submitted()
            .filter(round__job=job, annotator=entry.pk, active_ms__gt=0)
            .order_by("-submitted_at")
            .values_list("active_ms", flat=True)[:20]
        )
        result.append(
            {
                "id": entry.pk,
                "initials": initials(entry.name),
                "name": entry.name,
                "doing": "idle" if age > 120 else entry.doing,
                "median_s": round(median(times) / 1000, 1) if times else None,
                "seen_s": age,
            }
        )
    return result


class _Seen(NamedTuple):
    pk: int
    name: str
    doing: Literal["draw", "audit"]
    last: datetime


def _latest(
    rows: "QuerySet[Assignment] | QuerySet[Audit]",
    doing: Literal["draw", "audit"],
    at: str,
    who: str,
) -> dict[int, _Seen]:
    """When each person last did it, by the person; `at`, `who`: the fields with time and person."""
    names = (f"{who}__username", f"{who}__first_name", f"{who}__last_name")
    found = rows.order_by().values_list(who, *names).annotate(last=Max(at))
    return {
        pk: _Seen(pk, f"{first} {last}".strip() or username, doing, when)
        for pk, username, first, last, when in found
    }


def initials(name: str) -> str:
    """Two letters for a round badge."""
    words = name.replace("_", " ").replace("-", " ").split()
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()

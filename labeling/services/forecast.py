"""What is still to come in a job: images, hours of people and money, each from low to high."""

from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count

from labeling.models import Assignment, Audit, Job

CHECK_SECONDS = 4.0  # opening and looking (algorithms.md 7.1), until checks have been timed
LEAST_TIMED = 10  # answers or checks whose mean time is believed


def of_job(job: Job) -> dict[str, Any] | None:
    """The outlook of a job under way: None before anyone has answered, and once all is labelled.

    `rows`: for the job's target and some higher ones, in each figure [expected, low, high], low
    and high where the detector's acceptable share lies in four of five resamples of its judges.
    Before a detector was judged there is one row, all by people.
    """
    left = job.images.unlabeled().count()
    pace = _pace(job)
    if not left or pace is None:
        return None
    latest = job.rounds.exclude(estimate=None).order_by("-number").first()
    shares = (latest.estimate or {}).get("forecast", []) if latest else []
    shares = shares or [[job.target_quality, 0.0, 0.0, 0.0, 0]]
    return {
        "left": left,
        "judged": bool(latest and latest.estimate.get("forecast")),
        "seconds_per_image": round(pace["answers"] * pace["seconds"], 1),
        "rows": [_row(job, left, pace, *row) for row in shares],
    }


def _row(
    job: Job, left: int, pace: dict[str, float], target: float, share: float, low: float,
    high: float, checks: int,
) -> dict[str, Any]:  # fmt: skip
    def of(part: float) -> tuple[int, float, Decimal]:
        auto = round(part * left)
        checked = min(checks, auto) if job.acceptance == Job.Acceptance.CERTIFIED else 0
        answers = (left - auto) * pace["answers"]
        seconds = answers * pace["seconds"] + checked * pace["check_seconds"]
        money = job.price_image * left + job.price_answer * Decimal(answers + checked)
        return auto - checked, seconds / 3600, money

    # the more the machine takes, the less is left for people: the ends change sides
    figures = [of(part) for part in (share, high, low)]
    return {
        "target": target,
        "auto": [figures[0][0], figures[2][0], figures[1][0]],
        "hours": [round(hours, 2) for _, hours, _ in figures],
        "money": [float(round(money, 2)) for *_, money in figures],
    }


def _pace(job: Job) -> dict[str, float] | None:
    """Answers an image takes, and seconds of an answer and of a check, as measured in this job."""
    found = Assignment.objects.submitted().filter(round__job=job).aggregate(
        n=Count("pk"), images=Count("image", distinct=True), ms=Avg("active_ms")
    )  # fmt: skip
    if found["n"] < LEAST_TIMED:
        return None
    checks = Audit.objects.decided().filter(round__job=job, blind=False).aggregate(
        n=Count("pk"), ms=Avg("active_ms")
    )  # fmt: skip
    timed = checks["n"] >= LEAST_TIMED
    return {
        "answers": found["n"] / found["images"],
        "seconds": found["ms"] / 1000,
        "check_seconds": checks["ms"] / 1000 if timed else CHECK_SECONDS,
    }

"""What is still to come in a job: images, hours of people and money, each from low to high."""

from typing import Any

from labeling.models import Assignment, Audit, Job
from labeling.services import reports

CHECK_SECONDS = 4.0  # opening and looking (algorithms.md 7.1), until checks have been timed


def of_job(job: Job) -> dict[str, Any] | None:
    """The outlook of a job under way; None when it is not, or nothing is left.

    `rows`: for the job's target and some higher ones, each figure as [expected, low, high], where
    low and high hold the detector's acceptable share in four of five resamples of its judges.
    Before a detector was judged there is one row, all by people.
    """
    left = job.images.unlabeled().count()
    if job.state not in (Job.State.RUNNING, Job.State.PAUSED) or not left:
        return None
    latest = job.rounds.exclude(estimate=None).order_by("-number").first()
    shares = (latest.estimate or {}).get("forecast", []) if latest else []
    answers = reports.answers_per_image(job)
    seconds = reports.pace(Assignment.objects.submitted().filter(round__job=job))
    checks = Audit.objects.decided().filter(round__job=job, blind=False)
    check = reports.pace(checks, "decided_at") or CHECK_SECONDS
    rows = shares or [[job.target_quality, 0.0, 0.0, 0.0, 0]]
    return {
        "left": left,
        "judged": bool(shares),
        "rows": [_row(job, left, answers, seconds, check, *row) for row in rows],
    }


def _row(
    job: Job, left: int, answers_each: float, seconds: float | None, check_seconds: float,
    target: float, share: float, low: float, high: float, checks: float,
) -> dict[str, Any]:  # fmt: skip
    def of(part: float) -> tuple[int, int, float, float]:
        auto = round(part * left)
        checked = min(int(checks), auto) if job.acceptance == Job.Acceptance.CERTIFIED else 0
        answers = round((left - auto) * answers_each)
        hours = (answers * (seconds or 0.0) + checked * check_seconds) / 3600
        money = left * float(job.price_image) + (answers + checked) * float(job.price_answer)
        return auto - checked, answers + checked, round(hours, 2), reports.round_money(money)

    # the more the machine takes, the less is left for people: the ends change sides
    expected, least, most = of(share), of(high), of(low)
    return {
        "target": target,
        "auto": [expected[0], most[0], least[0]],
        "answers": [expected[1], least[1], most[1]],
        "hours": [expected[2], least[2], most[2]] if seconds else None,
        "money": [expected[3], least[3], most[3]],
    }

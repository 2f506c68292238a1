"""What is still to come in a job: images, hours of people and money, each from low to high."""

from typing import TypedDict

from labeling.models import Assignment, Audit, Job, Round
from labeling.reports import figures
from labeling.rounds import stages

BEFORE = "All by people: the machine's share is known once the detector is evaluated."
AFTER = "All by people: confident images are labelled already."
CHECK_SECONDS = 4.0  # opening and looking (docs/algorithms.md 5.4), until checks have been timed


class ForecastRow(TypedDict):
    """What is to come at a target: images of the machine, answers, hours, money; each as expected,
    low, high."""

    target: float
    auto: list[int]
    answers: list[int]
    hours: list[float] | None
    money: list[float]


class Forecast(TypedDict):
    """Images left, a note on what the rows assume, and a row for each target."""

    left: int
    note: str
    rows: list[ForecastRow]


def of_job(job: Job) -> Forecast | None:
    """The outlook of a job under way; None when it is not, or nothing is left.

    `rows`: for the job's target and some higher ones, each figure as [expected, low, high], where
    low and high hold the detector's acceptable share in four of five resamples of its judges.
    One row, all by people, before a detector was judged and after its round has accepted.
    """
    left = job.images.unlabeled().count()
    if job.state not in (Job.State.RUNNING, Job.State.PAUSED) or not left:
        return None
    latest = job.rounds.exclude(estimate=None).order_by("-number").first()
    estimate = latest.estimate if latest and _still_holds(latest) else None
    shares = estimate.get("forecast", []) if estimate else []
    answers = figures.answers_per_image(job)
    seconds = figures.pace(Assignment.objects.submitted().filter(round__job=job))
    checks = Audit.objects.decided().filter(round__job=job, blind=False)
    # until checks were timed: one blind takes as long as drawing
    usual = (seconds if job.blind_checks else None) or CHECK_SECONDS
    check = figures.pace(checks, "decided_at") or usual
    rows = shares or [(job.target_quality, 0.0, 0.0, 0.0, 0)]
    return {
        "left": left,
        "note": "" if shares or not job.assist else AFTER if latest else BEFORE,
        "rows": [_row(job, left, answers, seconds, check, *row) for row in rows],
    }


def _still_holds(round: Round) -> bool:
    """Whether its share is yet to be accepted: that of an active certified round is, later."""
    certified = round.settings.acceptance == Job.Acceptance.CERTIFIED
    if certified and round.purpose == Round.Purpose.ACTIVE:
        return True
    line = stages.line_of(round)
    return round.state in line[: line.index(Round.State.ACCEPTING) + 1]


def _row(
    job: Job,
    left: int,
    answers_each: float,
    seconds: float | None,
    check_seconds: float,
    target: float,
    share: float,
    low: float,
    high: float,
    checks: float,
) -> ForecastRow:
    def of(part: float) -> tuple[int, int, float, float]:
        auto = round(part * left)
        checked = min(int(checks), auto) if job.acceptance == Job.Acceptance.CERTIFIED else 0
        answers = round((left - auto) * answers_each)
        hours = (answers * (seconds or 0.0) + checked * check_seconds) / 3600
        money = left * float(job.price_image) + (answers + checked) * float(job.price_answer)
        return auto - checked, answers + checked, round(hours, 2), figures.round_money(money)

    # the more the machine takes, the less is left for people: the ends change sides
    expected, least, most = of(share), of(high), of(low)
    return {
        "target": target,
        "auto": [expected[0], most[0], least[0]],
        "answers": [expected[1], least[1], most[1]],
        "hours": [expected[2], least[2], most[2]] if seconds else None,
        "money": [expected[3], least[3], most[3]],
    }

"""Everything the live page shows of a job now, as one JSON object."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypedDict

from django.utils import timezone

from labeling.assignments import held, skips
from labeling.kernel import guarantee
from labeling.kernel.json_shapes import AveragePrecision, Estimate
from labeling.ledger import workers
from labeling.models import Job, Round
from labeling.reports import audit_report, certificate_report, figures, forecast, progress, wording

WORKER_AWAY = 120  # seconds


class Alert(TypedDict):
    """Something that a manager should look at."""

    level: Literal["warn", "bad"]
    text: str


class JobNow(TypedDict):
    """A job's rules and where it stands."""

    slug: str
    name: str
    state: Job.State
    assist: bool
    acceptance: Job.Acceptance
    target: float
    risk: float
    aim: str
    mode: Job.Mode
    annotators_per_image: int
    consolidation: Job.Consolidation


class CalibrationChart(TypedDict):
    """Confidence against quality."""

    curve: list[tuple[float, float, int]]  # confidence, mean quality from there on, images
    threshold: float | None
    target: float
    points: list[tuple[float, float]]  # confidence and quality of an image
    class_thresholds: dict[str, float]
    average_precision: AveragePrecision | None
    round: int


class TrainingChart(TypedDict):
    """The loss by step of the training that runs, or of the last one."""

    round: int
    loss: list[tuple[int, float]]
    done: int
    total: int
    why: str


class Histogram(TypedDict):
    """How many answers of people, and how many auto-labels, have which quality."""

    edges: list[float]
    human: list[int]
    auto: list[int]
    human_mean: float | None
    auto_mean: float | None


class Charts(TypedDict):
    """The machine's side of a job."""

    calibration: CalibrationChart | None
    training: TrainingChart | None
    histogram: Histogram | None


class ChartsAndAlerts(Charts):
    """The same as a plug-in gives it, with what a manager should look at."""

    alerts: list[Alert]


class Snapshot(Charts):
    """Everything the live page shows of a job now."""

    at: str
    job: JobNow
    counts: figures.Counts
    round: progress.RoundNow | None
    held: list[held.Holder]
    audit: audit_report.AuditProgress | None
    certificate: certificate_report.Proof | None
    estimate: Estimate | None
    forecast: forecast.Forecast | None
    rounds: list[figures.RoundRow]
    cost: figures.Cost
    people: list[figures.AtWork]
    others: int  # people not told of
    events: list[wording.EventLine]
    alerts: list[Alert]


# Charts of the machine's side come from a plug-in, so that labeling stays free of it.
CHARTS: list[Callable[[Job], ChartsAndAlerts]] = []


def of_job(job: Job) -> Snapshot:
    """Everything the live page shows of a job now."""
    job.refresh_from_db()
    round = job.rounds.filter(closed_at=None).first()
    found = figures.counts(job)
    holders = held.holders(job, round)
    state: Snapshot = {
        "at": timezone.now().isoformat(),
        "job": {
            "slug": job.slug,
            "name": job.name,
            "state": Job.State(job.state),
            "assist": job.assist,
            "acceptance": Job.Acceptance(job.acceptance),
            "target": job.target_quality,
            "risk": job.risk,
            "aim": guarantee.aim(
                job.guarantee, job.target_quality, job.risk, per_class=job.per_class
            ),
            "mode": Job.Mode(job.mode),
            "annotators_per_image": job.annotators_per_image,
            "consolidation": Job.Consolidation(job.consolidation),
        },
        "counts": found,
        "round": progress.of_round(round, held.back_at(holders)) if round else None,
        "held": holders,
        "audit": audit_report.progress(job),
        "certificate": certificate_report.certificate(job),
        "estimate": _estimate(job),
        "forecast": forecast.of_job(job),
        "rounds": figures.per_round(job),
        "cost": figures.cost(job),
        "people": figures.people(job),
        "others": 0,
        "events": wording.events(job),
        "alerts": alerts(job, round),
        "calibration": None,
        "training": None,
        "histogram": None,
    }
    for chart in CHARTS:
        drawn = chart(job)
        state = {**state, **drawn, "alerts": [*state["alerts"], *drawn["alerts"]]}
    return state


def for_member(state: Snapshot, user_id: int) -> Snapshot:
    """The same for a member who does not manage the job.

    Of other people only how many they are; of a running proof no result, which could sway those
    who check.
    """
    own = [row for row in state["people"] if row["id"] == user_id]
    mine = [row for row in state["held"] if row["id"] == user_id]
    state = {**state, "people": own, "others": len(state["people"]) - len(own), "held": mine}
    audit, histogram = state["audit"], state["histogram"]
    if audit is None or audit["kind"] != "certificate":
        return state
    if histogram is not None:
        hidden: Histogram = {
            **histogram,
            "auto": [0] * len(histogram["auto"]),
            "auto_mean": None,
        }
        histogram = None if histogram["human_mean"] is None else hidden
    return {**state, "audit": {**audit, **audit_report.HIDDEN}, "histogram": histogram}


def _estimate(job: Job) -> Estimate | None:
    latest = job.rounds.exclude(estimate=None).order_by("-number").first()
    return latest.estimate if latest else None


def alerts(job: Job, round: Round | None) -> list[Alert]:
    """What a manager should look at."""
    found: list[Alert] = []
    if round is not None and job.state == Job.State.RUNNING:
        waiting = round.steps.filter(state=round.state, finished_at=None)  # type: ignore[attr-defined]
        for row in waiting:
            if row.is_given_up:
                text = f"{row.get_state_display()}: {row.reason}"
                found.append({"level": "bad", "text": text})
        found += _workers_away({row.queue for row in waiting})
    if broken_ones := skips.reported_broken(job).count():
        words = "image is" if broken_ones == 1 else "images are"
        found.append(
            {"level": "warn", "text": f"{broken_ones} {words} reported as broken; see the images."}
        )
    unable = job.images.exclude(excluded="").count()
    if unable:
        found.append(
            {"level": "warn", "text": f"{unable} images are excluded; see the image list."}
        )
    return found


def _workers_away(queues: set[str]) -> list[Alert]:
    """A warning for each of these queues that no living worker serves."""
    back = "The step goes on by itself when one is back: start one with manage.py worker"
    if queues and _away(workers.seen_at()):
        text = f"No worker has reported for 2 minutes. {back}."
        return [{"level": "warn", "text": text}]
    texts = [
        f"No worker of the queue {queue} has reported for 2 minutes. {back} --queue {queue}."
        for queue in sorted(queues)
        if _away(workers.seen_at(queue))
    ]
    return [{"level": "warn", "text": text} for text in texts]


def _away(seen: datetime | None) -> bool:
    return seen is None or (timezone.now() - seen).total_seconds() > WORKER_AWAY

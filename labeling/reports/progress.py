"""How far a round is: its state line, what is done of the present state, the time left."""

from datetime import datetime
from typing import Literal, TypedDict

from django.utils import timezone

from labeling.ledger import workers
from labeling.models import Round, Step
from labeling.reports import audit_report
from labeling.rounds import stages

SENTENCES = {
    "TRAINING": "The detector is training on the labels.",
    "PREDICTING": "The detector predicts the remaining images.",
    "CALIBRATING": "Confidence is compared with quality on the images that judge the detector.",
    "AUDITING": "Reviewers check auto-labels in random order.",
    "ACCEPTING": "Confident images are labelled.",
    "SELECTING": "The next images are being selected.",
    "COLLECTING": "Annotators are working.",
    "CONSOLIDATING": "Submissions are consolidated into labels.",
}

Unit = Literal["answers", "checks", "steps"]
QUEUED = "Waits for a worker, which is busy with another job."


class Stage(TypedDict):
    """A stage of a round, and the seconds it took."""

    state: Round.State
    status: Literal["done", "now", "later"]
    seconds: int | None


class RoundNow(TypedDict):
    """How far the open round is."""

    number: int
    purpose: Round.Purpose
    state: Round.State
    line: list[Stage]
    sentence: str
    queued: bool  # its work waits for a worker that is at another job
    done: int
    total: int
    unit: Unit
    seconds_left: int | None
    step_error: str | None
    attempts: int
    stuck: bool
    worker_seen_s: int | None


def of_round(round: Round, back_at: datetime | None = None) -> RoundNow:
    """The state line; `back_at`: when work of people who are away comes back to the others."""
    rows = list(round.steps.filter(state=round.state))  # type: ignore[attr-defined]
    done, total, unit = _progress(round, rows)
    error = next((why for s in rows if s.finished_at is None and (why := s.reason)), None)
    queued = _queued(rows)
    seen = workers.seen_at(next((s.queue for s in rows if s.finished_at is None), ""))
    return {
        "number": round.number,
        "purpose": Round.Purpose(round.purpose),
        "state": Round.State(round.state),
        "line": _line(round),
        "sentence": QUEUED if queued else SENTENCES.get(round.state, ""),
        "queued": queued,
        "done": done,
        "total": total,
        "unit": unit,
        "seconds_left": _seconds_left(round, rows, done, total, back_at),
        "step_error": error,
        "attempts": max((s.attempts for s in rows), default=0),
        "stuck": any(s.is_given_up for s in rows),
        "worker_seen_s": int((timezone.now() - seen).total_seconds()) if seen else None,
    }


def _queued(rows: list[Step]) -> bool:
    """Whether this state's work has not begun, while a worker of its queue does another job's."""
    if not rows or any(row.started_at for row in rows):
        return False
    busy = Step.objects.unfinished().filter(lease_expires_at__gt=timezone.now())
    return busy.filter(queue=rows[0].queue).exists()


def _progress(round: Round, rows: list[Step]) -> tuple[int, int, Unit]:
    if round.state == Round.State.COLLECTING:
        assignments = round.assignments  # type: ignore[attr-defined]
        done = assignments.submitted().count()
        return done, done + assignments.pending().count(), "answers"
    if round.state == Round.State.AUDITING:
        return audit_report.drawn(round)
    return sum(s.done for s in rows), sum(s.total for s in rows), "steps"


def _seconds_left(
    round: Round, rows: list[Step], done: int, total: int, back_at: datetime | None
) -> int | None:
    """Straight-line estimate from this state's own speed; none before it has moved.

    Work that waits for people who are away is not done before it comes back to the others.
    """
    started = [s.started_at for s in rows if s.started_at]
    if rows and not started:
        return None
    since = min(started) if started else _entered(round, round.state)
    if since is None or not done or done >= total:
        return None
    now = timezone.now()
    each = (now - since).total_seconds() / done
    waits = (back_at - now).total_seconds() + each if back_at else 0.0
    return int(max(each * (total - done), waits))


def _entered(round: Round, state: str) -> datetime | None:
    value = round.entered.get(state)
    return datetime.fromisoformat(value) if value else None


def _line(round: Round) -> list[Stage]:
    line = stages.line_of(round)
    here = line.index(Round.State(round.state))
    result: list[Stage] = []
    for i, state in enumerate(line[:-1]):
        start = _entered(round, state)
        end = _entered(round, line[i + 1])
        seconds = int((end - start).total_seconds()) if start and end else None
        result.append(
            {
                "state": state,
                "status": "done" if i < here else "now" if i == here else "later",
                "seconds": seconds,
            }
        )
    return result

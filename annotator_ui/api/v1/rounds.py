"""The rounds of a job for programs, with their stages and machine steps."""

from typing import TypedDict

from rest_framework.request import Request

from annotator_ui.api import access
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.models import Round, Step


class OneStep(TypedDict):
    """A piece of machine work; `error` says why it stands still, empty if it does not."""

    stage: Round.State
    shard: int
    done: int
    total: int
    attempts: int
    error: str
    finished_at: str | None


class OneRound(TypedDict):
    """A round; `entered`: when each stage began."""

    number: int
    purpose: Round.Purpose
    stage: Round.State
    opened_at: str
    closed_at: str | None
    entered: dict[str, str]
    steps: list[OneStep]


def _step(row: Step) -> OneStep:
    return {
        "stage": Round.State(row.state),
        "shard": row.shard,
        "done": row.done,
        "total": row.total,
        "attempts": row.attempts,
        "error": row.reason,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def shape(row: Round) -> OneRound:
    """A round as it stands."""
    return {
        "number": row.number,
        "purpose": Round.Purpose(row.purpose),
        "stage": Round.State(row.state),
        "opened_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "entered": row.entered,
        "steps": [_step(step) for step in row.steps.all()],  # type: ignore[attr-defined]
    }


class Rounds(V1View):
    """The rounds of a job."""

    @operation("list_rounds", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneRound]]:
        """For its reviewers and managers."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        rows = Round.objects.filter(job=job).prefetch_related("steps")
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))

"""The machine work of rounds: which function does a state's steps, and how they are written."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from labeling.kernel import events
from labeling.ledger import leases, runner
from labeling.models import Round, Step

Lease = leases.Lease[Step]
Handler = Callable[[Step, Lease], None]


@dataclass(frozen=True)
class State:
    """How the machine work of one state is done."""

    handler: Handler
    queue: str
    shards: Callable[[Round], int]


STATES: dict[str, State] = {}


def step(
    state: str, queue: str = "default", shards: Callable[[Round], int] = lambda round: 1
) -> Callable[[Handler], Handler]:
    """Register the function that does the machine work of `state`."""

    def register(handler: Handler) -> Handler:
        STATES[state] = State(handler, queue, shards)
        return handler

    return register


def _do(step: Step, lease: Lease) -> None:
    STATES[step.state].handler(step, lease)


def _failed(step: Step) -> None:
    events.record(
        step.job,
        "step_failed",
        None,
        round=step.round.number,
        state=step.state,
        error=step.error[:300],
        attempt=step.attempts,
    )


runner.register(Step, _do, _failed)


def create(round: Round) -> None:
    """Write the steps of the round's state and send messages to workers once the caller commits."""
    state = STATES.get(round.state)
    if state is None:
        return
    Step.objects.bulk_create(
        [
            Step(round=round, state=round.state, shard=shard, queue=state.queue)
            for shard in range(max(1, state.shards(round)))
        ],
        ignore_conflicts=True,
    )
    for row in round.steps.filter(state=round.state, finished_at=None):
        # A queue that is away must not fail the person whose answer moved the round: reconciliation
        # repeats the message.
        transaction.on_commit(lambda row=row: runner.enqueue(row), robust=True)  # type: ignore[misc]


def retry(round: Round) -> int:
    """Let failed steps of the round start again; how many there were."""
    free = Step.objects.unfinished().free(timezone.now()).filter(round=round)
    failed = [step for step in free if step.reason]
    for step in failed:
        Step.objects.filter(pk=step.pk).update(
            **leases.FREE, attempts=0, error="", enqueued_at=None
        )
        runner.enqueue(step)
    return len(failed)

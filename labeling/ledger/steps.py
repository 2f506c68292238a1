"""The ledger of machine work: registered steps, leases, fences, messages."""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from labeling.kernel import faults
from labeling.kernel.errors import LeaseLost
from labeling.ledger import queue
from labeling.models import Job, Round, Step, WorkerHeartbeat

log = logging.getLogger(__name__)

LEASE = ENQUEUE_AGAIN = timedelta(seconds=settings.STEP_LEASE_SECONDS)
MAX_FAILURES = 3
MAX_ATTEMPTS = 10  # a step that kills its worker this often is not tried again by itself
GIVEN_UP = (
    f"Its worker died {MAX_ATTEMPTS} times at it, perhaps for lack of memory, so it is not tried "
    "again by itself. See the worker's log, then press Retry."
)
NOT_STUCK = Q(attempts__lt=MAX_FAILURES) | Q(error="", attempts__lt=MAX_ATTEMPTS)

Handler = Callable[[Step, "Lease"], None]


@dataclass(frozen=True)
class Kind:
    """How the machine work of one state is done."""

    handler: Handler
    queue: str
    shards: Callable[[Round], int]


REGISTRY: dict[str, Kind] = {}


def step(
    state: str, queue: str = "default", shards: Callable[[Round], int] = lambda round: 1
) -> Callable[[Handler], Handler]:
    """Register the function that does the machine work of `state`.

    It must be "do what is missing": it may be killed anywhere and run again.
    """

    def register(handler: Handler) -> Handler:
        REGISTRY[state] = Kind(handler, queue, shards)
        return handler

    return register


class Lease:
    """The right to work on one step, renewed by progress; every write is fenced by its owner."""

    def __init__(self, step: Step, owner: str) -> None:
        self.step, self.owner = step, owner

    def _touch(self, **values: Any) -> None:
        held = Step.objects.filter(
            pk=self.step.pk, lease_owner=self.owner, round__job__state=Job.State.RUNNING
        ).update(lease_expires_at=timezone.now() + LEASE, **values)
        if not held:
            raise LeaseLost(f"Step {self.step.pk} was taken over, or its job was stopped.")

    def renew(self, done: int, total: int, **data: Any) -> None:
        """Report progress and keep the lease; raises LeaseLost once someone took over."""
        values: dict[str, Any] = {"done": done, "total": total}
        if data:
            values["data"] = data
        self._touch(**values)

    @contextmanager
    def fenced(self, *, last: bool = False) -> Iterator[None]:
        """A transaction that commits only while the lease is ours; `last` also finishes the step.

        The conditional update takes the row's lock first, so a take-over waits or we raise.
        """
        faults.point(f"{self.step.state}.before_write")
        with transaction.atomic():
            self._touch()
            yield
            if last:
                self._finish()
        faults.point(f"{self.step.state}.after_write")

    def release(self) -> None:
        """Give the step back at once, so that the next worker need not wait for the lease's end.

        A worker that is told to stop is no fault of the step, so it does not count as an attempt.
        """
        Step.objects.filter(pk=self.step.pk, lease_owner=self.owner, finished_at=None).update(
            lease_owner="", lease_expires_at=None, enqueued_at=None, attempts=F("attempts") - 1
        )

    def _finish(self) -> None:
        Step.objects.filter(pk=self.step.pk, lease_owner=self.owner, finished_at=None).update(
            finished_at=timezone.now(), error=""
        )


def create(round: Round) -> None:
    """Write the steps of the round's state and send messages to workers once the caller commits."""
    kind = REGISTRY.get(round.state)
    if kind is None:
        return
    Step.objects.bulk_create(
        [
            Step(round=round, state=round.state, shard=shard, queue=kind.queue)
            for shard in range(max(1, kind.shards(round)))
        ],
        ignore_conflicts=True,
    )
    for row in round.steps.filter(state=round.state, finished_at=None):
        # A queue that is away must not fail the person whose answer moved the round: reconciliation
        # repeats the message.
        transaction.on_commit(lambda pk=row.pk: enqueue(pk), robust=True)  # type: ignore[misc]


def enqueue(step_id: int) -> None:
    """Put a message for this step on the queue, at most one a minute."""
    now = timezone.now()
    due = Q(enqueued_at=None) | Q(enqueued_at__lt=now - ENQUEUE_AGAIN)
    if Step.objects.filter(due, pk=step_id).update(enqueued_at=now):
        queue.send("step", step_id, Step.objects.values_list("queue", flat=True).get(pk=step_id))


def claim(step_id: int) -> Lease | None:
    """Take a free, unfinished step of a running job; None if it is not ours to do.

    A message may outlive the attempt it was sent for: it does not start a stuck step again.
    """
    owner, now = str(uuid.uuid4()), timezone.now()
    taken = (
        Step.objects.unfinished()
        .free(now)
        .filter(NOT_STUCK, pk=step_id, round__state=F("state"), round__job__state=Job.State.RUNNING)
        .update(
            lease_owner=owner,
            lease_expires_at=now + LEASE,
            attempts=F("attempts") + 1,
        )
    )
    if not taken:
        return None
    Step.objects.filter(pk=step_id, started_at=None).update(started_at=now)
    step = Step.objects.select_related("round__job").get(pk=step_id)
    return Lease(step, owner)


def stuck(step: Step) -> bool:
    """Whether only a person's Retry starts this step again."""
    limit = MAX_FAILURES if step.error else MAX_ATTEMPTS
    return step.finished_at is None and step.attempts >= limit


def reason(step: Step) -> str:
    """Why the step stands still, in words; empty if it does not."""
    return step.error or (GIVEN_UP if stuck(step) else "")


def retry(round: Round) -> int:
    """Let failed steps of the round start again; how many there were."""
    failed = round.steps.unfinished().free(timezone.now())  # type: ignore[attr-defined]
    pks = [s.pk for s in failed if s.error or stuck(s)]
    Step.objects.filter(pk__in=pks).update(
        attempts=0, error="", enqueued_at=None, lease_owner="", lease_expires_at=None
    )
    for pk in pks:
        enqueue(pk)
    return len(pks)


def heartbeat(worker: str, queues: str) -> None:
    """Note that this worker is alive, and forget those unseen for a day."""
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=worker, defaults={"queues": queues, "seen_at": now}
    )
    WorkerHeartbeat.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()


def seen_at(queue: str = "") -> datetime | None:
    """When a worker was last seen; one that serves this queue, if one is named."""
    beats = WorkerHeartbeat.objects.order_by("-seen_at")
    return next((b.seen_at for b in beats if not queue or queue in b.queues.split(",")), None)

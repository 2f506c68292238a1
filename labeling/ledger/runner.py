"""Messages to workers, and what a worker does with one: do the work item, say what came of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from labeling.kernel import faults
from labeling.kernel.changes import changed
from labeling.kernel.errors import DiskFull, Invalid, Later, LeaseLost
from labeling.ledger import leases
from labeling.models import WorkItem

log = logging.getLogger(__name__)

AGAIN = timedelta(seconds=settings.STEP_LEASE_SECONDS)  # between two messages for one item


@dataclass(frozen=True)
class Kind:
    """How items of a model are done; each must be "do what is missing", for it may be killed."""

    model: type[WorkItem]
    handler: Callable[[Any, leases.Lease[Any]], None]
    failed: Callable[[Any], None]  # what follows a failure, the error stored


KINDS: dict[str, Kind] = {}


def register(
    model: type[WorkItem],
    handler: Callable[[Any, leases.Lease[Any]], None],
    failed: Callable[[Any], None],
) -> None:
    """Tell how items of this model are done."""
    KINDS[model.NAME] = Kind(model, handler, failed)


@task()
def work(name: str, pk: int) -> None:
    """What a message says."""
    run(name, pk)


def enqueue(item: WorkItem) -> None:
    """Put a message for this item on the queue, at most one a minute; it may be lost or doubled."""
    now = timezone.now()
    due = Q(enqueued_at=None) | Q(enqueued_at__lt=now - AGAIN)
    if type(item).objects.filter(due, pk=item.pk).update(enqueued_at=now):
        faults.point("enqueue.before")
        work.using(queue_name=item.queue).enqueue(item.NAME, item.pk)
        faults.point("enqueue.after")


def run(name: str, pk: int) -> None:
    """Do one item if it is free, then look what it made possible."""
    kind = KINDS[name]
    lease: leases.Lease[Any] | None = leases.claim(kind.model, pk)
    if lease is None:
        log.info("%s=%s not ours", name, pk)
        return
    item = lease.item
    log.info("%s=%s %s attempt=%s", name, pk, item, item.attempts)
    try:
        faults.point(f"{item.label}.claimed")
        kind.handler(item, lease)
        if kind.model.objects.unfinished().filter(pk=pk).exists():
            with lease.fenced(last=True):
                pass
    except (DiskFull, Later) as error:
        log.log(
            logging.ERROR if isinstance(error, DiskFull) else logging.INFO,
            "%s=%s waits: %s",
            name,
            pk,
            error,
        )
        lease.wait(error.message)
        return
    except LeaseLost:
        log.warning("%s=%s lost its lease", name, pk)
        lease.release()  # still ours where the job was paused: it goes on from its checkpoint
        return
    except Exception as error:
        log.exception("%s=%s failed", name, pk)
        if lease.fail(str(error) or type(error).__name__, final=isinstance(error, Invalid)):
            item.refresh_from_db()
            kind.failed(item)
        return
    except BaseException:  # the worker is told to stop
        lease.release()
        raise
    changed(item.job)


def enqueue_due() -> None:
    """Remind the queue of items that nobody works on; give up, in words, what kills its workers."""
    now = timezone.now()
    for kind in KINDS.values():
        waiting = kind.model.objects.unfinished().free(now)
        dead = waiting.filter(attempts__gte=WorkItem.MAX_DEATHS, error="")
        dead.update(error=WorkItem.GIVEN_UP, **leases.FREE)
        for item in waiting.filter(WorkItem.TRIED_AGAIN, kind.model.STARTS):
            enqueue(item)

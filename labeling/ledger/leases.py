"""The right to do a work item: claimed by one worker, renewed by progress, fenced by its owner."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from labeling.kernel import faults
from labeling.kernel.errors import LeaseLost
from labeling.models import WorkItem
from labeling.models.work_item import WorkItemQuerySet

Item = TypeVar("Item", bound=WorkItem)

LEASE = timedelta(seconds=settings.STEP_LEASE_SECONDS)
FREE: dict[str, object] = {"lease_owner": "", "lease_expires_at": None}


class Lease(Generic[Item]):
    """The right to do one work item; every write is fenced by its owner."""

    def __init__(self, item: Item, owner: str) -> None:
        self.item, self.owner = item, owner

    def renew(self, done: int, total: int, **data: object) -> None:
        """Report progress and keep the lease; raises LeaseLost once someone took over."""
        values: dict[str, object] = {"done": done, "total": total}
        if data:
            values["data"] = data
        self._hold(**values)

    @contextmanager
    def fenced(self, *, last: bool = False, **values: object) -> Iterator[None]:
        """A transaction that commits only while the lease is ours; `last` also finishes the item.

        The conditional update takes the row's lock first, so a take-over waits or we raise.
        `values` are stored with it.
        """
        faults.point(f"{self.item.label}.before_write")
        with transaction.atomic():
            self._hold(**values)
            yield
            if last:
                self._mine().update(finished_at=timezone.now(), error="")
        faults.point(f"{self.item.label}.after_write")

    def release(self) -> None:
        """Give the item back at once, so that the next worker need not wait for the lease's end.

        A worker that is told to stop is no fault of the item, so it does not count as an attempt.
        """
        self._mine().update(**FREE, enqueued_at=None, attempts=F("attempts") - 1)

    def wait(self, why: str) -> None:
        """Give it back until reconciliation starts it again: no failure of the item."""
        self._mine().update(**FREE, error=why, attempts=F("attempts") - 1)

    def fail(self, why: str, *, final: bool) -> bool:
        """Give it back with an error, `final` if another attempt would end alike; whether it was
        still ours."""
        attempts = WorkItem.MAX_FAILURES if final else F("attempts")
        return bool(self._mine().update(**FREE, error=why[:2000], attempts=attempts))

    def _mine(self) -> WorkItemQuerySet[Any]:
        rows: WorkItemQuerySet[Any] = type(self.item).objects.unfinished()
        return rows.filter(pk=self.item.pk, lease_owner=self.owner)

    def _hold(self, **values: object) -> None:
        held = self._mine().filter(self.item.GOES_ON)
        if not held.update(lease_expires_at=timezone.now() + LEASE, **values):
            raise LeaseLost(
                f"{self.item.label} {self.item.pk} was taken over, or its job was stopped."
            )


def claim(model: type[Item], pk: int) -> Lease[Item] | None:
    """Take a free, unfinished item; None if it is not ours to do.

    A message may outlive the attempt it was sent for: it starts nothing that was given up.
    """
    owner, now = str(uuid.uuid4()), timezone.now()
    rows = model.objects.unfinished().free(now).filter(model.TRIED_AGAIN, model.STARTS, pk=pk)
    if not rows.update(lease_owner=owner, lease_expires_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    model.objects.filter(pk=pk, started_at=None).update(started_at=now)
    item: Any = model.objects.get(pk=pk)  # the abstract model's manager forgets which model it is
    return Lease(item, owner)

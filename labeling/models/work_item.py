"""One piece of machine work: who does it, how far it is, how it failed; steps and transfers."""

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

Item = TypeVar("Item", bound="WorkItem", covariant=True)


class WorkItemQuerySet(models.QuerySet[Item]):
    """Words to ask for work items with."""

    def unfinished(self) -> Self:
        """Still to be done."""
        return self.filter(finished_at__isnull=True)

    def free(self, now: datetime) -> Self:
        """Held by no living worker."""
        return self.filter(Q(lease_owner="") | Q(lease_expires_at__lt=now))

    def given_up(self) -> Self:
        """Unfinished, and nothing but a person's retry starts it again."""
        return self.unfinished().exclude(WorkItem.TRIED_AGAIN)

    def under_way(self, now: datetime) -> Self:
        """Waiting, held by a living worker, or failed and to be tried again."""
        held = ~Q(lease_owner="") & Q(lease_expires_at__gte=now)
        return self.unfinished().filter(WorkItem.TRIED_AGAIN | held)


class WorkItem(models.Model):
    """One piece of machine work, which may be killed anywhere and done again."""

    MAX_FAILURES = 3  # attempts that ended with an error
    MAX_DEATHS = 5  # attempts that ended with the worker's death, perhaps for lack of memory
    TRIED_AGAIN: ClassVar = Q(attempts__lt=MAX_FAILURES) | Q(error="", attempts__lt=MAX_DEATHS)
    GIVEN_UP = (
        f"Its worker died {MAX_DEATHS} times at it, perhaps for lack of memory, so it is not "
        "tried again by itself. The worker's log may say more."
    )
    NAME: ClassVar[str]  # as messages to workers name it
    STARTS: ClassVar = Q()  # what must hold besides before a worker may begin
    GOES_ON: ClassVar = Q()  # what must hold besides while a worker is at it

    queue = models.CharField(max_length=10, default="default")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: not known yet
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    enqueued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=36, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = WorkItemQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """What it is, for logs and fault points."""
        return self.NAME

    @property
    def is_given_up(self) -> bool:
        """Whether only a person's retry starts it again."""
        limit = self.MAX_FAILURES if self.error else self.MAX_DEATHS
        return self.finished_at is None and self.attempts >= limit

    @property
    def reason(self) -> str:
        """Why it stands still, in words; empty if it does not."""
        return self.error or (self.GIVEN_UP if self.is_given_up else "")

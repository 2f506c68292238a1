"""A numbered snapshot of a job's data set: made once, never changed, never deleted."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.kernel.json_shapes import ReleaseCounts
from labeling.models.job import Job
from labeling.models.transfer import Transfer

REFUSED = "A release is never changed or deleted: make another one."


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Adds and reads; every other way to write is refused."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError(REFUSED)

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError(REFUSED)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError(REFUSED)

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: on a conflict it may overwrite."""
        raise TypeError(REFUSED)


class Release(models.Model):
    """One release of a job; its file says all of it, this row what lists need.

    The row is written by the last write of the transfer that makes it, so there is none without a
    whole file. Its foreign keys protect: neither a job that has releases nor a person who made one
    can be deleted, for both would change the row.
    """

    job = models.ForeignKey(Job, models.PROTECT, related_name="releases")
    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="release")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    counts: "models.Field[ReleaseCounts, ReleaseCounts]" = models.JSONField()
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="release_number_once"),
            # each release has one successor: the chain never forks
            models.UniqueConstraint(fields=("job", "previous_digest"), name="release_follows_once"),
            models.CheckConstraint(
                condition=Q(number=1, previous_digest="")
                | (Q(number__gt=1) & ~Q(previous_digest="")),
                name="release_chained",
            ),
        )

    def __str__(self) -> str:
        return f"{self.job}: release {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new one."""
        if not self._state.adding:
            raise TypeError(REFUSED)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError(REFUSED)

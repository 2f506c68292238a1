"""An import or an export: background work that can be resumed and reports what it did."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.job import Job


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Words to ask for transfers with."""

    def unfinished(self, now: datetime) -> Self:
        """Waiting, in a living worker's hands, or failed and to be tried again."""
        again = Q(error="") | Q(attempts__lt=Transfer.MAX_ATTEMPTS)
        held = ~Q(lease_owner="") & Q(lease_expires_at__gte=now)
        return self.filter(again | held, finished_at=None)


class Transfer(models.Model):
    """One import or export of a job."""

    MAX_ATTEMPTS = 3

    class Kind(models.TextChoices):
        IMPORT = "import", "import"
        EXPORT = "export", "export"

    job = models.ForeignKey(Job, models.CASCADE, related_name="transfers")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    format = models.CharField(max_length=10)  # files, zip, folder, coco; manifest, coco
    source = models.CharField(max_length=500, blank=True)
    options: Any = models.JSONField(default=dict)
    intake = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    report: Any = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    enqueued_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=36, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            # a failed one that is tried again has its error: it never comes back under this rule
            models.UniqueConstraint(
                fields=("job", "format"),
                condition=Q(kind="export", finished_at=None, error=""),
                name="one_export_of_a_kind_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.job}: {self.kind} {self.format}"

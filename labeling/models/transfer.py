"""An import or an export: background work that can be resumed and reports what it did."""

from typing import Any

from django.conf import settings
from django.db import models

from labeling.models.job import Job


class Transfer(models.Model):
    """One import or export of a job."""

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
    nudged_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=36, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.job}: {self.kind} {self.format}"

"""An import, export or release: background work that can be resumed and says what it did."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.kernel.json_shapes import TransferOptions, TransferReport
from labeling.models.job import Job
from labeling.models.work_item import WorkItem


class Transfer(WorkItem):
    """One import, export or release of a job."""

    NAME = "transfer"

    class Kind(models.TextChoices):
        IMPORT = "import", "import"
        EXPORT = "export", "export"
        RELEASE = "release", "release"

    job = models.ForeignKey(Job, models.CASCADE, related_name="transfers")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    # files, zip, folder; of an export one of transfers.core.export_formats; of a release zip
    format = models.CharField(max_length=20)
    source = models.CharField(max_length=500, blank=True)
    options: "models.Field[TransferOptions, TransferOptions]" = models.JSONField(default=dict)
    # SHA-256 of an export's options, for the constraint: databases compare no JSON alike
    options_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    intake = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    report: "models.Field[TransferReport, TransferReport]" = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            # a failed one that is tried again has its error: it never comes back under this rule
            models.UniqueConstraint(
                fields=("job", "format", "options_digest"),
                condition=Q(kind="export", finished_at=None, error=""),
                name="one_export_of_a_kind_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("job",),
                condition=Q(kind="release", finished_at=None, error=""),
                name="one_release_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.job}: {self.kind} {self.format}"

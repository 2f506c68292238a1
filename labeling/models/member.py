"""The people who work on a job."""

from django.conf import settings
from django.db import models

from labeling.models.job import Job


class Member(models.Model):
    """A person's role in a job."""

    class Role(models.TextChoices):
        ANNOTATOR = "annotator", "annotator"
        REVIEWER = "reviewer", "reviewer"
        MANAGER = "manager", "manager"

    job = models.ForeignKey(Job, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ANNOTATOR)
    reliability = models.JSONField(null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("job", "user", "role"), name="member_role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

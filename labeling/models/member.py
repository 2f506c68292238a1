"""The people who work on a job, and who made their accounts."""

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


class Invitation(models.Model):
    """Who made an account: they alone may hand out links that set its first password."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitation")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user}, invited by {self.by}"

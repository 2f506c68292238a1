"""What the annotation page keeps beside answers: drafts, and each person's own ways."""

from django.conf import settings
from django.db import models

from labeling.kernel.json_shapes import DraftContent, PageSettings
from labeling.models.round import Assignment


class Draft(models.Model):
    """Work in the middle of an image, so that another computer can go on with it."""

    assignment = models.OneToOneField(Assignment, models.CASCADE, related_name="draft")
    version = models.PositiveIntegerField(default=0)  # of the answer that it starts from
    number = (
        models.PositiveIntegerField()
    )  # counts saves of this assignment; a lower one never overwrites
    writer = models.CharField(max_length=36)  # the page that saved it, as two may be open
    content: "models.Field[DraftContent, DraftContent]" = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Draft {self.number} of assignment {self.assignment_id}"


class Preferences(models.Model):
    """A person's own keys, and how the page draws for them; the same on every computer."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences"
    )
    # name of an action → its keys, where they differ
    keys: "models.Field[dict[str, list[str]], dict[str, list[str]]]" = models.JSONField(
        default=dict
    )
    # see labeling.jobs.core.key_preferences
    page: "models.Field[PageSettings, PageSettings]" = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.user}"

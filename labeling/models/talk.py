"""What people say beside their boxes: a check in the grid, a note on an image, help in pictures."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.kernel.boxes import Box
from labeling.models.image import Image, Label
from labeling.models.job import Job
from labeling.models.reasons import RejectReason
from labeling.models.round import Assignment


class LabelCheck(models.Model):
    """A reviewer's look at one label in the grid; it never counts for a certificate."""

    class Verdict(models.TextChoices):
        RIGHT = "right", "looks right"
        REJECTED = "rejected", "rejected"

    label = models.OneToOneField(Label, models.CASCADE, related_name="grid_check")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=11, choices=RejectReason.choices, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(verdict="rejected") | ~Q(reason=""), name="check_reject_has_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.verdict}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Words to ask for notes with."""

    def threads(self) -> Self:
        """The notes that begin a thread."""
        return self.filter(parent=None)

    def open(self) -> Self:
        """Threads nobody has closed."""
        return self.threads().filter(closed_at=None)

    def suggestions(self) -> Self:
        """Threads that suggest a correction."""
        return self.threads().exclude(assignment=None)


class Comment(models.Model):
    """A note pinned to a place on an image, or (with `parent`) an answer in its thread.

    One with `assignment` and `boxes` suggests a correction of what its author answered there.
    """

    class Outcome(models.TextChoices):
        NONE = "", "undecided"
        TAKEN = "taken", "taken"
        DECLINED = "declined", "declined"
        REPLACED = "replaced", "replaced by a later one"

    image = models.ForeignKey(Image, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    x = models.FloatField(null=True)  # pixels of the full-size picture
    y = models.FloatField(null=True)
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    assignment = models.ForeignKey(
        Assignment, models.CASCADE, null=True, related_name="suggestions"
    )
    boxes: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    seen_at = models.DateTimeField(null=True)  # by the thread's author, of an answer

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(parent__isnull=True, x__isnull=False, y__isnull=False)
                | Q(parent__isnull=False, x__isnull=True, y__isnull=True, closed_at__isnull=True),
                name="comment_thread_has_place",
            ),
            models.CheckConstraint(
                condition=Q(assignment__isnull=True, boxes__isnull=True, outcome="")
                | Q(assignment__isnull=False, boxes__isnull=False, parent__isnull=True)
                & (
                    Q(closed_at__isnull=True, outcome="")
                    | Q(closed_at__isnull=False) & ~Q(outcome="")
                ),
                name="comment_suggestion_complete",
            ),
            models.UniqueConstraint(
                fields=("assignment",),
                condition=Q(assignment__isnull=False, closed_at__isnull=True),
                name="comment_one_open_suggestion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.image}: {self.text[:40]}"


class InstructionPicture(models.Model):
    """A picture of a job's instructions, which name it as `picture:NAME`."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="pictures")
    name = models.SlugField(max_length=60)
    file = models.CharField(max_length=200, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = "guideline image"
        verbose_name_plural = "guideline images"
        constraints = (
            models.UniqueConstraint(fields=("job", "name"), name="instruction_picture_once"),
        )

    def __str__(self) -> str:
        return self.name


class InstructionsRead(models.Model):
    """Which wording of a job's instructions a person has read."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("job", "user"), name="instructions_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.job}"

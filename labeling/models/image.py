"""An image of a job and the labels it has had."""

from typing import Literal, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import LabelDetail
from labeling.models.job import Job
from labeling.models.reasons import EXCLUSIONS, RejectReason


class ImageQuerySet(models.QuerySet["Image"]):
    """Words to ask for images with."""

    def present(self) -> Self:
        """Not excluded."""
        return self.filter(excluded="")

    def labeled(self) -> Self:
        """With an active label."""
        return self.filter(Exists(Label.objects.active().filter(image=OuterRef("pk"))))

    def unlabeled(self) -> Self:
        """Present, without an active label: still in play."""
        return self.present().exclude(Exists(Label.objects.active().filter(image=OuterRef("pk"))))

    def with_people_label(self) -> Self:
        """With an active label that people stand behind."""
        people = Label.objects.active().exclude(source=Label.Source.AUTO)
        return self.present().filter(Exists(people.filter(image=OuterRef("pk"))))

    def training(self) -> Self:
        """May teach the detector."""
        return self.with_people_label().filter(split=Image.Split.TRAINING)

    def validation(self) -> Self:
        """Judges the detector and never teaches it."""
        return self.with_people_label().filter(split=Image.Split.VALIDATION)


class Image(models.Model):
    """One picture: the private original, the normalised copy people see, and its place in line."""

    class Split(models.TextChoices):
        NONE = "", "none"
        TRAINING = "training", "training"
        VALIDATION = "validation", "validation"

    job = models.ForeignKey(Job, models.CASCADE, related_name="images")
    original = models.CharField(max_length=200, editable=False)
    file = models.CharField(max_length=200, editable=False)
    preview = models.CharField(max_length=200, editable=False)
    name = models.CharField(max_length=255, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    perceptual_hash = models.BigIntegerField(
        null=True, editable=False
    )  # labeling.kernel.pictures.perceptual_hash
    intake = models.PositiveIntegerField(default=0, editable=False)
    split = models.CharField(
        max_length=10, choices=Split.choices, blank=True, default="", editable=False
    )
    shuffle = models.BigIntegerField(editable=False)
    priority = models.FloatField(null=True, editable=False)
    excluded = models.CharField(max_length=15, choices=EXCLUSIONS, blank=True, default="")
    imported: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(
        null=True, editable=False
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("job", "digest"), name="image_content_once"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="image_has_size"),
        )
        indexes = (
            # work.claim and selecting walk a job's images in this order
            models.Index(fields=("job", "priority", "shuffle"), name="image_queue"),
            models.Index(fields=("job", "split"), name="image_split"),
            # counts of what is in play read this alone: with it the live page's snapshot of a job
            # of 100,000 images takes a quarter of the time (benchmarks.scale)
            models.Index(fields=("job", "excluded"), name="image_present"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def file_kind(self) -> Literal["jpg", "png"]:
        """What the normalised copy is: JPEG stays JPEG, the others become PNG."""
        return "jpg" if self.original.endswith(".jpg") else "png"


class LabelQuerySet(models.QuerySet["Label"]):
    """Words to ask for labels with."""

    def active(self) -> Self:
        """The labels that hold."""
        return self.filter(revoked_at__isnull=True)

    def auto(self) -> Self:
        """Set by the machine."""
        return self.filter(source=Label.Source.AUTO)


class Label(models.Model):
    """The boxes an image has, from whom, and until when they held."""

    class Source(models.TextChoices):
        HUMAN = "human", "people"
        AUTO = "auto", "auto"
        REVIEWER = "reviewer", "reviewer"
        IMPORTED = "imported", "imported"

    class Ended(models.TextChoices):
        REPLACED = "replaced", "replaced"
        CORRECTED = "corrected", "corrected"
        AUDITED = "audited", "corrected in an audit"
        ADJUDICATED = "adjudicated", "disagreements resolved"
        REJECTED = "rejected", "rejected"
        UNJUDGEABLE = "unjudgeable", "could not be judged"
        TAKEN_BACK = "taken_back", "taken back"
        REVOKED = "revoked", "revoked"
        EXCLUDED = "excluded", "image excluded"

    image = models.ForeignKey(Image, models.CASCADE, related_name="labels")
    round = models.ForeignKey("labeling.Round", models.CASCADE, null=True, related_name="labels")
    source = models.CharField(max_length=10, choices=Source.choices)
    boxes: "models.Field[list[Box], list[Box]]" = models.JSONField()
    confidence = models.FloatField(null=True)
    # people's labels: method, settings, votes, probability, spread; auto: detector, threshold
    detail: "models.Field[LabelDetail, LabelDetail]" = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=11, choices=Ended.choices, blank=True, default="")
    # of one rejected
    reason = models.CharField(max_length=11, choices=RejectReason.choices, blank=True, default="")

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("image",), condition=Q(revoked_at__isnull=True), name="label_active_once"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="label_confidence_share",
            ),
        )
        indexes = (models.Index(fields=("round", "source"), name="label_round_source"),)

    def __str__(self) -> str:
        return f"{self.image}: {len(self.boxes)} boxes ({self.source})"

    @property
    def end(self) -> str:
        """How it ended, in words; empty while it holds."""
        return ": ".join(filter(None, (self.get_ended_display(), self.get_reason_display())))

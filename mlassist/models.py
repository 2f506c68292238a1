"""Detectors, what they saw in each image, and how far to trust them."""

from typing import TypeAlias, TypedDict

from django.db import models
from django.db.models import Q

from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import AveragePrecision, StoredBoxScores
from labeling.models import Image, Round

Curve: TypeAlias = list[tuple[float, float, int]]
Points: TypeAlias = list[tuple[float, float]]
Views: TypeAlias = dict[str, list[Box]]
ByName: TypeAlias = dict[str, float]


class Fold(TypedDict):
    """The detector of a fold; both empty where the fold had nothing to learn."""

    weights: str
    digest: str


class Metrics(TypedDict, total=False):
    """How a training went."""

    loss: list[tuple[int, float]]  # step, loss
    seconds: float
    steps: int
    resumed_at: int
    untaught: list[int]  # classes without a box
    why: str  # this design and these sizes
    warm: bool  # it went on from the round before
    canvas: tuple[int, int]
    anchors: list[list[int]]
    proposals: int
    elsewhere: int  # labels of other jobs that taught it
    data: str  # digest of what it learned from


class Detector(models.Model):
    """What one round's training gave."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="detector")
    weights = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, checked at every load
    design = models.CharField(max_length=60)
    recipe: "models.Field[ByName, ByName]" = models.JSONField()
    class_ids: "models.Field[list[int], list[int]]" = models.JSONField()
    folds: "models.Field[list[Fold], list[Fold]]" = models.JSONField(default=list)
    origin = models.CharField(max_length=300)
    warning = models.TextField(blank=True, default="")
    trained_on = models.PositiveIntegerField()
    metrics: "models.Field[Metrics, Metrics]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.round}: {self.design}"


class Prediction(models.Model):
    """What a detector saw in an image: all boxes from score .05 on, in every view.

    In a training image: what the detector of its fold saw, which had not seen the image before.
    """

    detector = models.ForeignKey(Detector, models.CASCADE, related_name="predictions")
    image = models.ForeignKey(Image, models.CASCADE, related_name="predictions")
    boxes: "models.Field[list[Box], list[Box]]" = models.JSONField()
    # What it saw in other views, by name (core.detector.VIEWS), as boxes of this very image.
    views: "models.Field[Views, Views]" = models.JSONField(default=dict)
    confidence = models.FloatField(null=True)  # of the whole image, once calibrated

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("detector", "image"), name="prediction_once"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="prediction_confidence_share",
            ),
        )
        indexes = (
            # accepting walks a detector's images by confidence
            models.Index(fields=("detector", "confidence"), name="prediction_order"),
        )

    def __str__(self) -> str:
        return f"{self.image}: {len(self.boxes)} boxes"


class Calibration(models.Model):
    """How a detector's confidence relates to quality on validation images."""

    detector = models.OneToOneField(Detector, models.CASCADE, related_name="calibration")
    rule = models.CharField(max_length=20)  # how image confidence is made: mean score or ridge
    threshold = models.FloatField(null=True)  # θ: from here images are accepted, or would be
    # name → θ where classes stand apart
    class_thresholds: "models.Field[ByName, ByName]" = models.JSONField(default=dict)
    # τ: scores from which boxes count (core.score_thresholds)
    score_thresholds: "models.Field[ByName, ByName]" = models.JSONField()
    # expected IoU by score
    box_scores: "models.Field[StoredBoxScores, StoredBoxScores]" = models.JSONField()
    target_quality = models.FloatField()
    # confidence, mean quality at or above it, images
    curve: "models.Field[Curve, Curve]" = models.JSONField()
    # confidence, quality of validation images
    points: "models.Field[Points, Points]" = models.JSONField()
    validation_images = models.PositiveIntegerField()
    validation_quality = models.FloatField(null=True)
    # of the detector's scored boxes on these images; null: they show no object
    average_precision: "models.Field[AveragePrecision | None, AveragePrecision | None]" = (
        models.JSONField(null=True)
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.detector}: calibration"

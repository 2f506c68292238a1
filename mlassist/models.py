"""Detectors, what they saw in each image, and how far to trust them."""

from typing import Any

from django.db import models
from django.db.models import Q

from labeling.models import Image, Round


class Detector(models.Model):
    """What one round's training gave."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="detector")
    weights = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, checked at every load
    design = models.CharField(max_length=60)
    recipe: Any = models.JSONField()
    class_ids: Any = models.JSONField()
    folds: Any = models.JSONField(default=list)  # weights and digest per fold
    origin = models.CharField(max_length=300)
    warning = models.TextField(blank=True, default="")
    trained_on = models.PositiveIntegerField()
    metrics: Any = models.JSONField(default=dict)  # loss curve, seconds, classes without a box
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
    boxes: Any = models.JSONField()
    # What it saw in other views, by name (core.detector.VIEWS), as boxes of this very image.
    views: Any = models.JSONField(default=dict)
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
    class_thresholds: Any = models.JSONField(default=dict)  # name → θ where classes stand apart
    score_thresholds: Any = (
        models.JSONField()
    )  # τ: scores from which boxes count (core.score_thresholds)
    box_scores: Any = models.JSONField()  # expected IoU by score (core.box_scores.BoxScores)
    target_quality = models.FloatField()
    curve: Any = models.JSONField()  # [[confidence, mean quality at or above it, images], ...]
    points: Any = models.JSONField()  # [[confidence, quality], ...] of validation images
    validation_images = models.PositiveIntegerField()
    validation_quality = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.detector}: calibration"

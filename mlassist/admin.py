"""Detectors and calibrations in the admin: what was trained, from what, and why a threshold."""

from django.contrib import admin

from labeling.admin.scoping import ReadOnly, RoundJobFilter
from mlassist.models import Calibration, Detector


class _DetectorJobFilter(RoundJobFilter):
    job_path = "detector__round__job"


@admin.register(Detector)
class DetectorAdmin(ReadOnly[Detector]):
    """Trained detectors with the origin of their weights."""

    job_path = "round__job"
    list_display = ("round", "design", "trained_on", "origin", "seconds", "created_at")
    list_filter = (RoundJobFilter, "design")
    allowed_lookups = ReadOnly.allowed_lookups | {"design"}
    fields = (
        "round",
        "design",
        "why",
        "canvas",
        "origin",
        "warning",
        "trained_on",
        "recipe",
        "class_ids",
        "folds",
        "metrics",
        "weights",
        "digest",
    )
    readonly_fields = ("why", "canvas")

    @admin.display(description="why this one")
    def why(self, row: Detector) -> str:
        """The reason for design, canvas and anchors."""
        return str(row.metrics.get("why", "")) or "-"

    @admin.display(description="canvas, pixels")
    def canvas(self, row: Detector) -> str:
        """Width and height of what the network sees."""
        return " × ".join(map(str, row.metrics.get("canvas", ()))) or "-"

    @admin.display(description="training seconds")
    def seconds(self, row: Detector) -> float | str:
        """How long the training took."""
        return row.metrics.get("seconds", "-")


@admin.register(Calibration)
class CalibrationAdmin(ReadOnly[Calibration]):
    """Thresholds and the curve behind them."""

    job_path = "detector__round__job"
    list_display = (
        "detector",
        "rule",
        "threshold",
        "class_thresholds",
        "score_thresholds",
        "target_quality",
        "validation_images",
        "validation_quality",
        "average_precision",
    )
    list_filter = (_DetectorJobFilter,)
    exclude = ("points", "box_scores")

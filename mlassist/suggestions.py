"""Boxes to show people, from stored predictions: no model runs in a request."""

from labeling.core.boxes import Box
from labeling.models import Round
from mlassist.models import Calibration, Prediction


def for_images(round: Round, image_ids: list[int]) -> dict[int, list[Box]]:
    """Per image, the boxes above the score cut of the latest calibrated detector that saw it."""
    found: dict[int, list[Box]] = {}
    calibrations = Calibration.objects.filter(detector__round__job=round.job).order_by(
        "-detector__round__number"
    )
    for calibration in calibrations[:3]:
        missing = [pk for pk in image_ids if pk not in found]
        if not missing:
            break
        rows = Prediction.objects.filter(detector=calibration.detector_id, image__in=missing)
        for image, boxes in rows.values_list("image", "boxes"):
            found[image] = [b for b in boxes if b["score"] >= calibration.score_cut]
    return found

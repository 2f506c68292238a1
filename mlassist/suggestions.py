"""Boxes to show people, from stored predictions: no model runs in a request."""

from labeling.core.boxes import Box, pack
from labeling.models import Round
from mlassist.core.boxscores import BoxScores
from mlassist.core.selection import Seconds
from mlassist.models import Calibration, Prediction


def for_images(round: Round, image_ids: list[int]) -> dict[int, tuple[list[Box], bool]]:
    """Per image, the boxes of the latest calibrated detector that saw it which save time, and
    whether correcting them is expected to take less than drawing (algorithms.md 7.1)."""
    found: dict[int, tuple[list[Box], bool]] = {}
    times = Seconds()
    calibrations = Calibration.objects.filter(detector__round__job=round.job).order_by(
        "-detector__round__number"
    )
    for calibration in calibrations[:3]:
        missing = [pk for pk in image_ids if pk not in found]
        if not missing:
            break
        rows = Prediction.objects.filter(detector=calibration.detector_id, image__in=missing)
        scores = BoxScores.from_json(calibration.box_scores)
        for image, boxes in rows.values_list("image", "boxes"):
            seen = scores.read(pack(boxes))
            shown = [box for box, shows in zip(boxes, times.shows(seen), strict=True) if shows]
            found[image] = shown, times.to_correct(seen) < times.to_draw(seen)
    return found

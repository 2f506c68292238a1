"""Boxes to show people, from stored predictions: no model runs in a request."""

from labeling.kernel.boxes import Box, pack
from labeling.models import Round
from mlassist.models import Calibration, Prediction
from mlassist.prediction.core.annotation_time import DRAW, VERIFY, Seconds
from mlassist.prediction.core.box_scores import BoxScores


def for_images(round: Round, image_ids: list[int]) -> dict[int, tuple[list[Box], bool]]:
    """Per image, the boxes of the latest calibrated detector that saw it which save time, and
    whether they are best gone through one by one (docs/algorithms.md 7.1).

    No box where drawing all blind is expected to take less.
    """
    found: dict[int, tuple[list[Box], bool]] = {}
    times = Seconds.measured(round.settings.timing)
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
            way = times.route(seen)
            shows = times.shows(seen) & (way != DRAW)
            shown = [box for box, helps in zip(boxes, shows, strict=True) if helps]
            found[image] = shown, way == VERIFY
    return found

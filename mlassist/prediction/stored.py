"""Stored predictions as arrays: a fifth of the rows in memory, and a pool may have 100,000."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from labeling.kernel.boxes import pack
from mlassist.data.heartbeat import EVERY, Heartbeat, with_heartbeat
from mlassist.models import Prediction
from mlassist.prediction.core.views import ImagePredictions


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """What a detector saw in one image."""

    prediction: int  # primary keys
    image: int
    predicted: ImagePredictions


def read_predictions(
    predictions: QuerySet[Prediction], heartbeat: Heartbeat
) -> Iterator[StoredPrediction]:
    """The predictions in the order of their images; `heartbeat` as for calibrating.judge."""
    rows = predictions.order_by("image").values_list(
        "pk", "image", "image__digest", "image__width", "image__height", "boxes", "views"
    )
    for pk, image, digest, width, height, boxes, views in with_heartbeat(
        rows.iterator(EVERY), heartbeat
    ):
        others = {name: pack(seen) for name, seen in views.items()}
        yield StoredPrediction(
            pk, image, ImagePredictions(digest, (width, height), pack(boxes), others)
        )

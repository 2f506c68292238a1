"""Stored predictions as arrays: a fifth of the rows in memory, and a pool may have 100,000."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from labeling.kernel.boxes import pack
from mlassist.data.heartbeat import EVERY, Beat, beating
from mlassist.models import Prediction
from mlassist.prediction.core.views import ImagePredictions


@dataclass(frozen=True, slots=True)
class Viewed:
    """What a detector saw in one image."""

    prediction: int  # primary keys
    image: int
    predicted: ImagePredictions


def read(predictions: QuerySet[Prediction], beat: Beat) -> Iterator[Viewed]:
    """The predictions in the order of their images; `beat` as for calibrating.judge."""
    rows = predictions.order_by("image").values_list(
        "pk", "image", "image__digest", "image__width", "image__height", "boxes", "views"
    )
    for pk, image, digest, width, height, boxes, views in beating(rows.iterator(EVERY), beat):
        others = {name: pack(seen) for name, seen in views.items()}
        yield Viewed(pk, image, ImagePredictions(digest, (width, height), pack(boxes), others))

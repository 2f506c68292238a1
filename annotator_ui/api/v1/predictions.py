"""What detectors saw for programs: of images whose label is made, so that nothing is unblinded."""

from typing import TypedDict

from django.db.models import Exists, OuterRef
from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.kernel.boxes import Box
from labeling.models import Audit, Label
from mlassist.models import Prediction


class PredictionsQuery(ListQuery):
    """Which predictions; `round`: in which the detector was trained."""

    round = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)
    image = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)


class OnePrediction(TypedDict):
    """What a detector saw in an image: boxes with scores, and how sure it is of the whole image.

    In a training image it is the detector of a fold that had not seen the image before.
    """

    id: int
    image: int
    name: str
    round: int
    boxes: list[Box]
    confidence: float | None


def shape(row: Prediction) -> OnePrediction:
    """A prediction in the plain view."""
    return {
        "id": row.pk,
        "image": row.image_id,
        "name": row.image.name,
        "round": row.detector.round.number,
        "boxes": row.boxes,
        "confidence": row.confidence,
    }


class Predictions(V1View):
    """What the detectors of a job saw."""

    @operation("list_predictions", asks=PredictionsQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OnePrediction]]:
        """For its reviewers and managers, of labelled images that no running audit holds.

        Others may still be drawn or checked blind, perhaps by who asks.
        """
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        asked = query(PredictionsQuery, request)
        label = Label.objects.active().filter(image=OuterRef("image"))
        audit = Audit.objects.running().filter(image=OuterRef("image"))
        rows = Prediction.objects.filter(Exists(label), ~Exists(audit), detector__round__job=job)
        paths = {"round": "detector__round__number", "image": "image"}
        rows = rows.filter(**{path: asked[name] for name, path in paths.items() if name in asked})
        rows = rows.select_related("image", "detector__round").defer("views")
        return listed(rows, asked, lambda found: map(shape, found))

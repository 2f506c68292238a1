"""Labels for programs: those that hold, one with its detail, and all that an image has had."""

from typing import TypedDict

from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.consolidation import disagreements
from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import LabelDetail
from labeling.models import Audit, Label


class LabelsQuery(ListQuery):
    """Which of the labels that hold."""

    source = serializers.ChoiceField(Label.Source.choices, required=False)  # type: ignore[assignment]
    round = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)
    image = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)


class WholeLabel(TypedDict):
    """The boxes an image has, in pixels of the full-size picture, and how they came to be.

    `by`: the user name of the reviewer whose label it is, told to managers. `ended`: empty while it
    holds.
    """

    id: int
    image: int
    name: str
    width: int
    height: int
    round: int | None
    source: Label.Source
    boxes: list[Box]
    confidence: float | None
    detail: LabelDetail
    by: str | None
    created_at: str
    ended: str


def shape(row: Label, named: bool) -> WholeLabel:
    """A label; who made it only if they may be named."""
    return {
        "id": row.pk,
        "image": row.image_id,
        "name": row.image.name,
        "width": row.image.width,
        "height": row.image.height,
        "round": row.round.number if row.round else None,
        "source": Label.Source(row.source),
        "boxes": row.boxes,
        "confidence": row.confidence,
        "detail": row.detail,
        "by": row.by.get_username() if named and row.by else None,
        "created_at": row.created_at.isoformat(),
        "ended": row.end,
    }


class Labels(V1View):
    """The labels of a job that hold."""

    @operation("list_labels", asks=LabelsQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[WholeLabel]]:
        """For its reviewers and managers; without images that a running audit holds."""
        user = access.person(request)
        job = access.job_for(user, slug, *access.REVIEWING)
        asked = query(LabelsQuery, request)
        rows = Label.objects.active().filter(image__job=job)
        rows = rows.exclude(
            image__in=Audit.objects.running().filter(round__job=job).values("image")
        )
        paths = {"source": "source", "round": "round__number", "image": "image"}
        rows = rows.filter(**{path: asked[name] for name, path in paths.items() if name in asked})
        named = access.MANAGER in access.roles(job, user)
        rows = rows.select_related("image", "round", "by")
        return listed(rows, asked, lambda found: [shape(row, named) for row in found])


class OneLabel(V1View):
    """One label."""

    @operation("read_label")
    def get(self, request: Request, pk: int) -> Reply[WholeLabel]:
        """Also one that has ended; a conflict while a running audit holds its image."""
        user = access.person(request)
        image = access.label_for(user, pk).image
        found = next(row for row in disagreements.history(image) if row.pk == pk)
        return Reply(shape(found, access.MANAGER in access.roles(image.job, user)))


class ImageLabels(V1View):
    """All labels that an image has had."""

    @operation("list_labels_of_image")
    def get(self, request: Request, pk: int) -> Reply[list[WholeLabel]]:
        """Oldest first; a conflict while a running audit holds the image."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        named = access.MANAGER in access.roles(image.job, user)
        return Reply([shape(row, named) for row in disagreements.history(image)])

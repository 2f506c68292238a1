"""The images of a job for programs: list, read, take out, put back, download."""

from typing import Any, TypedDict

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms, media
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from annotator_ui.api.work import parsed
from labeling.consolidation import labels
from labeling.models import Exclusion, Image, Job, Label
from labeling.models.reasons import EXCLUSIONS

UNSPLIT = "none"


class ImagesQuery(ListQuery):
    """Which images; `source` and `round` are of the label that holds."""

    state = serializers.ChoiceField(("labelled", "unlabelled", "excluded"), required=False)
    split = serializers.ChoiceField((UNSPLIT, "training", "validation"), required=False)
    name = serializers.CharField(max_length=255, required=False, help_text="A part of it.")
    source = serializers.ChoiceField(Label.Source.choices, required=False)  # type: ignore[assignment]
    round = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)


class ImageChange(forms.StrictSerializer):
    """Whether the image is out of the job; its answers and labels are kept."""

    excluded = serializers.BooleanField()


class WholeImage(TypedDict):
    """An image; `excluded` says why it is out, empty where it is not; the files are beside it."""

    id: int
    name: str
    width: int
    height: int
    digest: str
    intake: int
    split: Image.Split
    excluded: str
    label: int | None
    source: Label.Source | None


def shape(rows: list[Image]) -> list[WholeImage]:
    """Images, each with the label that holds."""
    held = {one.image_id: one for one in Label.objects.active().filter(image__in=rows)}
    return [_one(row, held.get(row.pk)) for row in rows]


def _one(row: Image, label: Label | None) -> WholeImage:
    return {
        "id": row.pk,
        "name": row.name,
        "width": row.width,
        "height": row.height,
        "digest": row.digest,
        "intake": row.intake,
        "split": Image.Split(row.split),
        "excluded": dict(EXCLUSIONS).get(row.excluded, row.excluded),
        "label": label.pk if label else None,
        "source": Label.Source(label.source) if label else None,
    }


def _chosen(job: Job, asked: dict[str, Any]) -> "QuerySet[Image]":
    everything = Image.objects.filter(job=job)
    rows = {
        "labelled": everything.present().labeled(),
        "unlabelled": everything.unlabeled(),
        "excluded": everything.exclude(excluded=""),
    }.get(asked.get("state", ""), everything)
    if "split" in asked:
        rows = rows.filter(split="" if asked["split"] == UNSPLIT else asked["split"])
    if "name" in asked:
        rows = rows.filter(name__icontains=asked["name"])
    of_label = {"source": "source", "round": "round__number"}
    wanted = {path: asked[name] for name, path in of_label.items() if name in asked}
    if wanted:
        rows = rows.filter(pk__in=Label.objects.active().filter(**wanted).values("image"))
    return rows


class Images(V1View):
    """The images of a job."""

    @operation("list_images", asks=ImagesQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[WholeImage]]:
        """For its reviewers and managers."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        asked = query(ImagesQuery, request)
        return listed(_chosen(job, asked), asked, shape)


class OneImage(V1View):
    """One image."""

    @operation("read_image")
    def get(self, request: Request, pk: int) -> Reply[WholeImage]:
        """As it stands."""
        row = access.image_for(access.person(request), pk, *access.REVIEWING)
        return Reply(shape([row])[0])

    @operation("change_image", takes=ImageChange)
    def patch(self, request: Request, pk: int) -> Reply[WholeImage]:
        """Take it out of its job, or put it back; saying it twice changes nothing."""
        user = access.project_admin(request)
        row = access.image_for(user, pk, access.MANAGER)
        out = parsed(ImageChange, request)["excluded"]
        if out and not row.excluded:
            labels.exclude(row, Exclusion.MANAGER, user)
        elif not out and row.excluded:
            labels.restore(row, user)
        row.refresh_from_db()
        return Reply(shape([row])[0])


class ImageFile(V1View):
    """The picture in full size."""

    @operation("download_image")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The normalised copy that people see, JPEG or PNG."""
        return media.image_file(request._request, pk)


class ImagePreview(V1View):
    """The small picture."""

    @operation("download_preview")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """For lists."""
        return media.image_preview(request._request, pk)

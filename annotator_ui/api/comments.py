"""API of notes pinned to images; who may read which thread is the service's decision."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, shapes
from annotator_ui.api.work import parsed
from labeling.models import Comment, Image, Job, Label
from labeling.review import comments, suggested_corrections

LISTED = 100


class PinForm(shapes.StrictSerializer):
    """A note at a place, in pixels of the full-size picture."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    text = serializers.CharField(max_length=comments.LONGEST)


class TextForm(shapes.StrictSerializer):
    """An answer."""

    text = serializers.CharField(max_length=comments.LONGEST)


class CloseForm(shapes.StrictSerializer):
    """Whether a thread is dealt with."""

    closed = serializers.BooleanField()


class DecisionForm(shapes.StrictSerializer):
    """What a reviewer makes of a suggested correction."""

    take = serializers.BooleanField()
    label = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True,
        default=None,
        max_value=shapes.LARGEST,
        help_text="If it is taken: the label that held when the reviewer looked.",
    )
    text = serializers.CharField(
        max_length=comments.LONGEST,
        allow_blank=True,
        default="",
        help_text="If it is declined: why, for its annotator.",
    )


def shape(rows: Iterable[Comment], reader: User, job: Job) -> list[dict[str, Any]]:
    """Threads of a job with their answers."""
    rows = list(rows)
    held = _labels(rows) if access.roles(job, reader) & set(access.REVIEWING) else {}
    return [
        {
            "id": row.pk,
            "image": row.image_id,
            "x": row.x,
            "y": row.y,
            "text": row.text,
            "at": row.at.isoformat(),
            "closed": row.closed_at is not None,
            **_by(row, reader),
            "suggestion": _suggestion(row, held),
            "removable": row.author_id == reader.pk
            and row.closed_at is None
            and not row.answers.all(),
            "answers": [
                {
                    "id": a.pk,
                    "text": a.text,
                    "at": a.at.isoformat(),
                    **_by(a, reader),
                    "fresh": a.seen_at is None
                    and row.author_id == reader.pk
                    and a.author_id != reader.pk,
                    "removable": a.author_id == reader.pk and a.seen_at is None,
                }
                for a in row.answers.all()
            ],
        }
        for row in rows
    ]


def _labels(rows: list[Comment]) -> dict[int, Label]:
    """The labels that hold now of the images with a suggestion."""
    images = [row.image_id for row in rows if row.assignment_id]
    return {row.image_id: row for row in Label.objects.active().filter(image__in=images)}


def _suggestion(row: Comment, held: dict[int, Label]) -> dict[str, Any] | None:
    """The suggested boxes; beside them, for reviewers alone, the label they would replace."""
    if row.assignment_id is None:
        return None
    label = held.get(row.image_id)
    return {
        "boxes": row.boxes,
        "outcome": row.outcome,
        "label": {"id": label.pk, "boxes": label.boxes} if label else None,
    }


def suggestions_of(image: Image, reader: User) -> list[dict[str, Any]]:
    """The suggested corrections of an image that wait for a decision."""
    rows = comments.threads(image.job, reader).filter(image=image, closed_at=None)
    waiting = (
        rows.exclude(assignment=None).select_related("author").prefetch_related("answers__author")
    )
    return [{**row, "image": shapes.image(image)} for row in shape(waiting, reader, image.job)]


def _by(row: Comment, reader: User) -> dict[str, Any]:
    mine = row.author_id == reader.pk
    return {"by": "You" if mine else shapes.user(row.author)["name"], "mine": mine}


def of_image(job: Job, image_id: int, reader: User) -> list[dict[str, Any]]:
    """The threads of one image that this person may read."""
    rows = comments.threads(job, reader).filter(image=image_id)
    return shape(rows.select_related("author").prefetch_related("answers__author"), reader, job)


def thread_for(reader: User, pk: int) -> Comment:
    """A thread this person may read; else it does not exist."""
    row = Comment.objects.threads().select_related("image__job").filter(pk=pk).first()
    if row is None or not access.jobs_of(reader).filter(pk=row.image.job_id).exists():
        raise Http404
    if not comments.threads(row.image.job, reader).filter(pk=pk).exists():
        raise Http404
    return row


class ImageComments(APIView):
    """Notes on one image."""

    @extend_schema(responses=OpenApiTypes.ANY)
    def get(self, request: Request, pk: int) -> Response:
        """Those this person may read; answers to their own count as read from now on."""
        reader = access.person(request)
        image = access.image_for(reader, pk)
        found = of_image(image.job, image.pk, reader)
        if any(a["fresh"] for row in found for a in row["answers"]):
            comments.mark_seen(image, reader)
        return Response(found)

    @extend_schema(request=PinForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, pk: int) -> Response:
        """Pin one."""
        by = access.person(request)
        image = access.image_for(by, pk)
        form = parsed(PinForm, request)
        row = comments.pin(image, by, form["x"], form["y"], form["text"])
        return Response(shape([row], by, image.job)[0], 201)


class Answers(APIView):
    """Answers in a thread."""

    @extend_schema(request=TextForm, responses=OpenApiTypes.ANY)
    def post(self, request: Request, pk: int) -> Response:
        """Add one; the whole thread comes back."""
        by = access.person(request)
        thread = thread_for(by, pk)
        comments.answer(thread, by, parsed(TextForm, request)["text"])
        return Response(shape([thread], by, thread.image.job)[0], 201)


class Thread(APIView):
    """One thread."""

    @extend_schema(request=CloseForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, pk: int) -> Response:
        """Close it, or open it again: its author, reviewers and managers."""
        by = access.person(request)
        thread = thread_for(by, pk)
        if thread.author_id != by.pk:
            access.job_for(by, thread.image.job.slug, *access.REVIEWING)
        comments.close(thread, parsed(CloseForm, request)["closed"])
        thread.refresh_from_db()
        return Response(shape([thread], by, thread.image.job)[0])

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, pk: int) -> Response:
        """Take one's own words back, of a thread or an answer; the thread as it is then."""
        by = access.person(request)
        row = Comment.objects.select_related("image__job").filter(pk=pk, author=by).first()
        if row is None:
            raise Http404
        access.image_for(by, row.image_id)
        comments.take_back(row, by)
        if row.parent_id is None:
            return Response({"thread": None})
        thread = thread_for(by, row.parent_id)
        return Response({"thread": shape([thread], by, thread.image.job)[0]})


class Decision(APIView):
    """A reviewer's decision on a suggested correction."""

    @extend_schema(request=DecisionForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, pk: int) -> Response:
        """Take it, or decline it with words; the thread as it is then."""
        thread, by = self._suggestion(request, pk)
        form = parsed(DecisionForm, request)
        if form["take"]:
            suggested_corrections.accept_suggestion(thread, by, form["label"])
        else:
            suggested_corrections.decline(thread, by, form["text"])
        return self._now(pk, by)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, pk: int) -> Response:
        """Take the decision back."""
        thread, by = self._suggestion(request, pk)
        suggested_corrections.reopen(thread, by)
        return self._now(pk, by)

    def _suggestion(self, request: Request, pk: int) -> tuple[Comment, User]:
        by = access.person(request)
        thread = thread_for(by, pk)
        access.job_for(by, thread.image.job.slug, *access.REVIEWING)
        if thread.assignment_id is None:
            raise Http404
        return thread, by

    def _now(self, pk: int, by: User) -> Response:
        thread = thread_for(by, pk)
        return Response(shape([thread], by, thread.image.job)[0])


def of_job(job: Job, reader: User) -> list[dict[str, Any]]:
    """Threads with their pictures."""
    rows = list(
        comments.threads(job, reader)
        .select_related("author", "image")
        .prefetch_related("answers__author")
        .order_by("-closed_at", "-pk")[:LISTED]
    )
    rows.sort(key=lambda row: (row.closed_at is not None, -row.pk))
    return [
        {**entry, "image": shapes.image(row.image)}
        for entry, row in zip(shape(rows, reader, job), rows, strict=True)
    ]

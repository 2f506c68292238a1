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
from labeling.models import Comment, Job
from labeling.services import comments

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


def shape(rows: Iterable[Comment], reader: User) -> list[dict[str, Any]]:
    """Threads with their answers."""
    return [
        {
            "id": row.pk, "image": row.image_id, "x": row.x, "y": row.y, "text": row.text,
            "at": row.at.isoformat(), "closed": row.closed_at is not None, **_by(row, reader),
            "answers": [
                {"id": a.pk, "text": a.text, "at": a.at.isoformat(), **_by(a, reader),
                 "fresh": a.seen_at is None and row.author_id == reader.pk
                 and a.author_id != reader.pk}
                for a in row.answers.all()
            ],
        }
        for row in rows
    ]  # fmt: skip


def _by(row: Comment, reader: User) -> dict[str, Any]:
    mine = row.author_id == reader.pk
    return {"by": "You" if mine else shapes.user(row.author)["name"], "mine": mine}


def of_image(job: Job, image_id: int, reader: User) -> list[dict[str, Any]]:
    """The threads of one image that this person may read."""
    rows = comments.threads(job, reader).filter(image=image_id)
    return shape(rows.select_related("author").prefetch_related("answers__author"), reader)


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
        return Response(shape([row], by)[0], 201)


class Answers(APIView):
    """Answers in a thread."""

    @extend_schema(request=TextForm, responses=OpenApiTypes.ANY)
    def post(self, request: Request, pk: int) -> Response:
        """Add one; the whole thread comes back."""
        by = access.person(request)
        thread = thread_for(by, pk)
        comments.answer(thread, by, parsed(TextForm, request)["text"])
        return Response(shape([thread], by)[0], 201)


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
        return Response(shape([thread], by)[0])


class JobComments(APIView):
    """The threads of a job."""

    @extend_schema(responses=OpenApiTypes.ANY)
    def get(self, request: Request, slug: str) -> Response:
        """Open ones first, then the latest."""
        reader = access.person(request)
        return Response(of_job(access.job_for(reader, slug), reader))


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
        for entry, row in zip(shape(rows, reader), rows, strict=True)
    ]

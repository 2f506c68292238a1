"""API of a person's own things: answers given, seats to reopen, instructions read."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, seats, shapes
from annotator_ui.api.work import parsed
from labeling.assignments import answers, own_answers
from labeling.jobs import guidelines
from labeling.kernel.boxes import without_scores
from labeling.models import Assignment, Job
from labeling.review import comments, suggested_corrections

PAGE = 24


class HistoryQuery(shapes.StrictSerializer):
    """Which part of the history."""

    before = serializers.IntegerField(
        min_value=0,
        max_value=shapes.LARGEST,
        allow_null=True,
        default=None,
        help_text="The `next` of an earlier page.",
    )


class SuggestionForm(shapes.StrictSerializer):
    """What the answer should have been."""

    boxes = serializers.ListField(child=serializers.DictField())
    text = serializers.CharField(max_length=comments.LONGEST, allow_blank=True, default="")


class ReadForm(shapes.StrictSerializer):
    """Which wording was read."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$")


def history_of(job: Job, user: Any, start: int = 0) -> dict[str, Any]:
    """A page of the person's answers, the latest first."""
    rows = list(own_answers.answers(job, user)[start : start + PAGE + 1])
    return {
        "answers": [_answer(seat) for seat in rows[:PAGE]],
        "next": start + PAGE if len(rows) > PAGE else None,
    }


def _answer(seat: Assignment) -> dict[str, Any]:
    label = next(iter(getattr(seat.image, "holding", [])), None)
    return {
        "id": seat.pk,
        "image": shapes.image(seat.image),
        "round": seat.round.number,
        "boxes": seat.boxes,
        "at": seat.submitted_at.isoformat() if seat.submitted_at else None,
        "active_s": round(seat.active_ms / 1000, 1),
        "changeable": own_answers.changeable(seat),
        "surplus": seat.state == Assignment.State.SURPLUS,
        "labelled": label.get_source_display() if label else None,
        "suggest_url": reverse("suggest", args=[seat.round.job.slug, seat.pk]) if label else None,
        "suggestion": _suggestion(seat),
    }


def _suggestion(seat: Assignment) -> dict[str, Any] | None:
    """What became of the correction suggested last, with the reviewer's words."""
    rows = list(seat.suggestions.all())  # type: ignore[attr-defined]
    if not rows:
        return None
    told = [row.text for row in rows[-1].answers.all() if row.author_id != seat.annotator_id]
    return {"outcome": rows[-1].outcome, "words": told[-1] if told else ""}


class History(APIView):
    """A person's answers in a job."""

    @extend_schema(parameters=[HistoryQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        """The latest first."""
        user = access.person(request)
        job = access.job_for(user, slug)
        form = HistoryQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        return Response(history_of(job, user, form.validated_data["before"] or 0))


class Seat(APIView):
    """One seat of the person."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """As the annotate page opens it, and whether its answer may still be changed."""
        seat = access.seat_for(access.person(request), pk)
        return Response({**seats.alone(seat), "changeable": own_answers.changeable(seat)})


class Suggestion(APIView):
    """A correction that the person suggests of a finished answer."""

    @extend_schema(request=SuggestionForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, pk: int) -> Response:
        """Send it to the reviewers; the label stays what it is."""
        user = access.person(request)
        seat = access.seat_for(user, pk, access.ANNOTATOR)
        form = parsed(SuggestionForm, request)
        boxes = without_scores(answers.parse_boxes(seat.image, form["boxes"]))
        row = suggested_corrections.suggest(seat, user, boxes, form["text"])
        return Response({"id": row.pk, "outcome": row.outcome}, 201)


class InstructionsRead(APIView):
    """Who has read the instructions."""

    @extend_schema(request=ReadForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, slug: str) -> Response:
        """This person has, in this wording."""
        user = access.person(request)
        job = access.job_for(user, slug)
        guidelines.mark_read(job, user, parsed(ReadForm, request)["digest"])
        return Response({})

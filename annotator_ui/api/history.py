"""API of a person's own things: answers given, assignments to reopen, instructions read."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, assignments, shapes
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
        "answers": [_answer(assignment) for assignment in rows[:PAGE]],
        "next": start + PAGE if len(rows) > PAGE else None,
    }


def _answer(assignment: Assignment) -> dict[str, Any]:
    label = next(iter(getattr(assignment.image, "holding", [])), None)
    return {
        "id": assignment.pk,
        "image": shapes.image(assignment.image),
        "round": assignment.round.number,
        "boxes": assignment.boxes,
        "at": assignment.submitted_at.isoformat() if assignment.submitted_at else None,
        "active_s": round(assignment.active_ms / 1000, 1),
        "changeable": own_answers.changeable(assignment),
        "extra": assignment.state == Assignment.State.EXTRA,
        "labelled": label.get_source_display() if label else None,
        "suggest_url": reverse("suggest", args=[assignment.round.job.slug, assignment.pk])
        if label
        else None,
        "suggestion": _suggestion(assignment),
    }


def _suggestion(assignment: Assignment) -> dict[str, Any] | None:
    """What became of the correction suggested last, with the reviewer's words."""
    rows = list(assignment.suggestions.all())  # type: ignore[attr-defined]
    if not rows:
        return None
    told = [row.text for row in rows[-1].answers.all() if row.author_id != assignment.annotator_id]
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


class OwnAssignment(APIView):
    """One assignment of the person."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """As the annotate page opens it, and whether its answer may still be changed."""
        assignment = access.assignment_for(access.person(request), pk)
        return Response(
            {**assignments.alone(assignment), "changeable": own_answers.changeable(assignment)}
        )


class Suggestion(APIView):
    """A correction that the person suggests of a finished answer."""

    @extend_schema(request=SuggestionForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, pk: int) -> Response:
        """Send it to the reviewers; the label stays what it is."""
        user = access.person(request)
        assignment = access.assignment_for(user, pk, access.ANNOTATOR)
        form = parsed(SuggestionForm, request)
        boxes = without_scores(answers.parse_boxes(assignment.image, form["boxes"]))
        row = suggested_corrections.suggest(assignment, user, boxes, form["text"])
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

"""API of a person's own things: answers given, assignments to reopen, instructions read."""

from typing import TypedDict

from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, assignments, forms, shapes
from annotator_ui.api.replies import Created, Nothing, Reply
from annotator_ui.api.work import parsed
from labeling.assignments import answer_content, own_answers
from labeling.jobs import guidelines
from labeling.kernel.boxes import Box, without_scores
from labeling.models import Assignment, Comment, Job
from labeling.review import comments, suggested_corrections

PAGE = 24


class HistoryQuery(forms.StrictSerializer):
    """Which part of the history."""

    before = serializers.IntegerField(
        min_value=0,
        max_value=forms.LARGEST,
        allow_null=True,
        default=None,
        help_text="The `next` of an earlier page.",
    )


class SuggestionForm(forms.StrictSerializer):
    """What the answer should have been."""

    boxes = forms.BoxesField()
    text = serializers.CharField(max_length=comments.LONGEST, allow_blank=True, default="")


class ReadForm(forms.StrictSerializer):
    """Which wording was read."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$")


class OwnSuggestion(TypedDict):
    """What became of a suggested correction, with the reviewer's words."""

    outcome: Comment.Outcome
    words: str


class OwnAnswer(TypedDict):
    """An answer that the person gave, and what may still be done with it."""

    id: int
    image: shapes.Picture
    round: int
    boxes: list[Box]
    at: str
    active_s: float
    changeable: bool
    extra: bool
    labelled: str | None  # whose label the image has
    suggest_url: str | None
    suggestion: OwnSuggestion | None


class AnswersPage(TypedDict):
    """Answers, the latest first, and where the next page begins."""

    answers: list[OwnAnswer]
    next: int | None


class Suggested(TypedDict):
    """A suggestion as it is stored."""

    id: int
    outcome: Comment.Outcome


def history_of(job: Job, user: User, start: int = 0) -> AnswersPage:
    """A page of the person's answers, the latest first."""
    rows = list(own_answers.answers(job, user)[start : start + PAGE + 1])
    return {
        "answers": [_answer(assignment) for assignment in rows[:PAGE]],
        "next": start + PAGE if len(rows) > PAGE else None,
    }


def _answer(assignment: Assignment) -> OwnAnswer:
    assert assignment.submitted_at is not None  # as of every answer that was given
    label = next(iter(getattr(assignment.image, "holding", [])), None)
    return {
        "id": assignment.pk,
        "image": shapes.image(assignment.image),
        "round": assignment.round.number,
        "boxes": assignment.boxes or [],
        "at": assignment.submitted_at.isoformat(),
        "active_s": round(assignment.active_ms / 1000, 1),
        "changeable": own_answers.changeable(assignment),
        "extra": assignment.state == Assignment.State.EXTRA,
        "labelled": label.get_source_display() if label else None,
        "suggest_url": reverse("suggest", args=[assignment.round.job.slug, assignment.pk])
        if label
        else None,
        "suggestion": _suggestion(assignment),
    }


def _suggestion(assignment: Assignment) -> OwnSuggestion | None:
    """What became of the correction suggested last, with the reviewer's words."""
    rows = list(assignment.suggestions.all())  # type: ignore[attr-defined]
    if not rows:
        return None
    told = [row.text for row in rows[-1].answers.all() if row.author_id != assignment.annotator_id]
    return {"outcome": Comment.Outcome(rows[-1].outcome), "words": told[-1] if told else ""}


class History(APIView):
    """A person's answers in a job."""

    @extend_schema(parameters=[HistoryQuery])
    def get(self, request: Request, slug: str) -> Reply[AnswersPage]:
        """The latest first."""
        user = access.person(request)
        job = access.job_for(user, slug)
        form = HistoryQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        return Reply(history_of(job, user, form.validated_data["before"] or 0))


class OwnAssignment(APIView):
    """One assignment of the person."""

    def get(self, request: Request, pk: int) -> Reply[assignments.OwnAssignment]:
        """As the annotate page opens it, and whether its answer may still be changed."""
        assignment = access.assignment_for(access.person(request), pk)
        return Reply(assignments.reopened(assignment))


class Suggestion(APIView):
    """A correction that the person suggests of a finished answer."""

    @extend_schema(request=SuggestionForm)
    def post(self, request: Request, pk: int) -> Created[Suggested]:
        """Send it to the reviewers; the label stays what it is."""
        user = access.person(request)
        assignment = access.assignment_for(user, pk, access.ANNOTATOR)
        form = parsed(SuggestionForm, request)
        boxes = without_scores(answer_content.parse_boxes(assignment.image, form["boxes"]))
        row = suggested_corrections.suggest(assignment, user, boxes, form["text"])
        return Created({"id": row.pk, "outcome": Comment.Outcome(row.outcome)})


class InstructionsRead(APIView):
    """Who has read the instructions."""

    @extend_schema(request=ReadForm)
    def put(self, request: Request, slug: str) -> Reply[Nothing]:
        """This person has, in this wording."""
        user = access.person(request)
        job = access.job_for(user, slug)
        guidelines.mark_read(job, user, parsed(ReadForm, request)["digest"])
        return Reply({})

"""Annotators' API: claim, answer, skip, renew, give back."""

from typing import Any, TypedDict

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, assignments, forms, shapes
from annotator_ui.api.replies import Reply
from annotator_ui.suggest import for_images
from labeling.assignments import answers, claims, held, skips
from labeling.kernel import leases
from labeling.models import Assignment, Job, Round, SkipReason
from labeling.reports import wording


def parsed(form: type[forms.StrictSerializer], request: Request) -> dict[str, Any]:
    """The request's validated values."""
    filled = form(data=request.data)
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


class Work(TypedDict):
    """The person's next assignments, and why there are no more."""

    next: list[shapes.Assignment]
    queue: wording.Queue


class Claimed(TypedDict):
    """All assignments that the person holds."""

    assignments: list[shapes.Assignment]
    queue: wording.Queue


class Answered(Work):
    """An answer as it is stored, and the next assignments."""

    id: int
    state: Assignment.State
    version: int


def queue_of(
    job: Job, user: User, hold: list[int], form: dict[str, Any], round: Round | None = None
) -> Work:
    """The person's assignments that the page does not have yet, and why there are no more.

    `form`: how many assignments the page wants, and which page it is. `round`: of the assignment
    just answered, as it is now.
    """
    open_round = round if round is not None and round.closed_at is None else None
    result = claims.claim_next(
        job, user, count=form["count"], suggest=for_images, open_round=open_round, page=form["page"]
    )
    fresh = [s for s in result.assignments if s.pk not in hold]
    position: shapes.Position = {"done": result.done, "left": result.left}
    return {
        "next": assignments.shaped(fresh, position, new=result.new),
        "queue": wording.queue_message(job, bool(result.assignments)),
    }


class Claim(APIView):
    """Assignments for this person."""

    @extend_schema(request=forms.ClaimForm)
    def post(self, request: Request, slug: str) -> Reply[Claimed]:
        """All assignments held, topped up."""
        job = access.job_for(access.person(request), slug, access.ANNOTATOR)
        found = queue_of(job, access.person(request), [], parsed(forms.ClaimForm, request))
        return Reply({"assignments": found["next"], "queue": found["queue"]})


class Answer(APIView):
    """A person's answer on one assignment."""

    @extend_schema(request=forms.AnswerForm)
    def put(self, request: Request, pk: int) -> Reply[Answered]:
        """Store it, however often it is sent, and hand out the next assignments."""
        form = parsed(forms.AnswerForm, request)
        assignment = access.assignment_for(access.person(request), pk, access.ANNOTATOR)
        assignment = answers.submit(
            assignment,
            access.person(request),
            version=form["version"],
            boxes=form["boxes"],
            active_ms=form["active_ms"],
            outcomes=form["outcomes"],
            action_ms=form["action_ms"],
        )
        person, job = access.person(request), assignment.round.job
        follow = queue_of(job, person, form["hold"], form, assignment.round)
        return Reply(
            {
                "id": assignment.pk,
                "state": Assignment.State(assignment.state),
                "version": assignment.version,
                **follow,
            }
        )


class Skip(APIView):
    """Declining an image."""

    @extend_schema(request=forms.SkipForm)
    def post(self, request: Request, pk: int) -> Reply[Work]:
        """Skip with a reason."""
        form = parsed(forms.SkipForm, request)
        assignment = access.assignment_for(access.person(request), pk, access.ANNOTATOR)
        if form["reason"] == SkipReason.BROKEN:
            skips.report_broken(assignment, access.person(request))
        else:
            skips.skip(assignment, access.person(request), form["reason"])
        person, job = access.person(request), assignment.round.job
        return Reply(queue_of(job, person, form["hold"], form))


class Renew(APIView):
    """A sign of life."""

    @extend_schema(request=forms.PageForm)
    def post(self, request: Request, pk: int) -> Reply[shapes.Lease]:
        """Renew the lease."""
        page = parsed(forms.PageForm, request)["page"]
        user = access.person(request)
        assignment = access.assignment_for(user, pk, access.ANNOTATOR)
        until = leases.renew(assignment, assignment.round.job, user, page)
        return Reply({"lease_expires_at": until.isoformat()})


class GiveBack(APIView):
    """What a page that is left has in hand."""

    @extend_schema(request=forms.GiveBackForm)
    def post(self, request: Request, slug: str) -> Reply[shapes.GivenBack]:
        """Others may get at once what was not begun."""
        user = access.person(request)
        job = access.job_for(user, slug, access.ANNOTATOR)
        form = parsed(forms.GiveBackForm, request)
        return Reply({"given_back": held.give_back(job, user, form["page"], form["ids"])})

"""Reviewers' API: claim audits, give verdicts, give back."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, shapes
from annotator_ui.api.work import parsed
from labeling.assignments import held
from labeling.kernel import leases
from labeling.kernel.errors import NotAllowed
from labeling.models import Job
from labeling.review import queue, undo, verdicts

# One open, one decoded, one that the page may still take back: more in one hand would keep other
# reviewers waiting.
PREFETCH = 3


def queue_of(
    job: Job, user: Any, hold: list[int], page: str, count: int = PREFETCH
) -> dict[str, Any]:
    """The audits the page does not have yet, and how the audit stands.

    Superusers outside the job see the page, but no check comes to them: it would be withheld from
    those who are to make it.
    """
    try:
        mine = queue.claim_next(job, user, count=count, page=page)
        message = "" if mine else "Nothing to check now."
    except NotAllowed as error:
        mine, message = [], error.message
    return {
        "next": [shapes.audit(a) for a in mine if a.pk not in hold],
        "queue": {"reason": "work" if mine else "none", "message": message},
        "progress": shapes.audit_progress(job),
    }


class Claim(APIView):
    """Audits for this person."""

    @extend_schema(request=shapes.ClaimForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        """All audits held, topped up."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        form = parsed(shapes.ClaimForm, request)
        count = min(form["count"], PREFETCH)
        found = queue_of(job, access.person(request), [], form["page"], count)
        found["audits"] = found.pop("next")
        return Response(found)


class Verdict(APIView):
    """A decision on one auto-label."""

    @extend_schema(request=shapes.VerdictForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, pk: int) -> Response:
        """Store it; saying the same again changes nothing."""
        form = parsed(shapes.VerdictForm, request)
        audit = access.audit_for(access.person(request), pk)
        audit = verdicts.decide(
            audit,
            access.person(request),
            verdict=form["verdict"],
            boxes=form["boxes"],
            reason=form["reason"],
            active_ms=form["active_ms"],
        )
        job = Job.objects.get(pk=audit.round.job_id)
        threshold = audit.label.detail.get("threshold") if audit.label else None
        shown = {"confidence": audit.confidence, "threshold": threshold, "boxes": audit.predicted}
        return Response(
            {
                "id": audit.pk,
                "verdict": audit.verdict,
                "shown": shown,
                **queue_of(job, access.person(request), form["hold"], form["page"]),
            }
        )

    @extend_schema(request=shapes.EmptyForm, responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, pk: int) -> Response:
        """Take one's own verdict back, where nothing was built on it; the check is open again."""
        audit = undo.undo(access.audit_for(access.person(request), pk), access.person(request))
        return Response(
            {"audit": shapes.audit(audit), "progress": shapes.audit_progress(audit.round.job)}
        )


class OwnLabel(APIView):
    """A label that this person made by correcting or adjudicating."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, pk: int) -> Response:
        """Take it back; the one before holds again."""
        user = access.person(request)
        label = undo.take_back(access.label_for(user, pk), user)
        return Response({"label": label.pk})


class Renew(APIView):
    """A sign of life."""

    @extend_schema(request=shapes.PageForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, pk: int) -> Response:
        """Renew the lease."""
        page = parsed(shapes.PageForm, request)["page"]
        user = access.person(request)
        audit = access.audit_for(user, pk)
        until = leases.renew(audit, audit.round.job, user, page)
        return Response({"lease_expires_at": until.isoformat()})


class GiveBack(APIView):
    """What a page that is left has in hand."""

    @extend_schema(request=shapes.GiveBackForm, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        """Others may get at once what was not begun."""
        user = access.person(request)
        job = access.job_for(user, slug, *access.REVIEWING)
        form = parsed(shapes.GiveBackForm, request)
        given = held.give_back_checks(job, user, form["page"], form["ids"])
        return Response({"given_back": given})

"""Reviewers' API: claim audits, send blind drawings, give verdicts, give back."""

from typing import TypedDict

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, audit_order, forms, job_shapes, shapes
from annotator_ui.api.replies import Reply
from annotator_ui.api.work import parsed
from labeling.assignments import held
from labeling.kernel import leases
from labeling.kernel.boxes import Box
from labeling.kernel.errors import NotAllowed
from labeling.models import Audit, Job
from labeling.reports import audit_report, wording
from labeling.review import drawings, queue, undo, verdicts

# One open, one decoded, one that the page may still take back: more in one hand would keep other
# reviewers waiting.
PREFETCH = 3


class _Standing(TypedDict):
    queue: wording.Queue
    order: audit_order.OrderState
    progress: audit_report.AuditProgress | None


class Checks(_Standing):
    """The person's next checks, why there are no more, and how the audit stands."""

    next: list[shapes.Audit]


class ClaimedAudits(_Standing):
    """All checks that the person holds."""

    audits: list[shapes.Audit]


class Revealed(TypedDict):
    """The label's boxes that a stored drawing does not match, and maybe one that is known to be
    wrong, in the order to ask about them."""

    revealed: list[Box]


class ShownAfter(TypedDict):
    """What a verdict reveals of the label; nothing of a blind check."""

    confidence: float | None
    threshold: float | None
    boxes: list[Box]


class Decided(Checks):
    """A verdict as it is stored, and the next checks."""

    id: int
    verdict: Audit.Verdict
    shown: ShownAfter


class OpenAgain(TypedDict):
    """A check whose verdict was taken back."""

    audit: shapes.Audit
    progress: audit_report.AuditProgress | None


class HoldsAgain(TypedDict):
    """The label that holds."""

    label: int


def queue_of(job: Job, user: User, hold: list[int], page: str, count: int = PREFETCH) -> Checks:
    """The audits the page does not have yet, and how the audit stands.

    Superusers outside the job see the page, but no check comes to them: it would be withheld from
    those who are to make it.
    """
    try:
        mine = queue.claim_next(job, user, count=count, page=page)
        message = "" if mine else _why_none(job, user)
    except NotAllowed as error:
        mine, message = [], error.message
    return {
        "next": [shapes.audit(a) for a in mine if a.pk not in hold],
        "queue": {"reason": "work" if mine else "none", "message": message},
        "order": audit_order.state_of(job, user),
        "progress": job_shapes.audit_progress(job),
    }


def _why_none(job: Job, user: User) -> str:
    if queue.stopped_now(job, user):
        return (
            "You get no more checks of this proof: too many objects were added only after the "
            "boxes were revealed, not drawn before. Other reviewers make the rest."
        )
    if queue.left_to_others(job, user):
        return (
            "You have seen the labels of the checks that are left, so another reviewer has to draw "
            "them."
        )
    return "Nothing to review now."


class Claim(APIView):
    """Audits for this person."""

    @extend_schema(request=forms.ClaimForm)
    def post(self, request: Request, slug: str) -> Reply[ClaimedAudits]:
        """All audits held, topped up."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        form = parsed(forms.ClaimForm, request)
        count = min(form["count"], PREFETCH)
        found = queue_of(job, access.person(request), [], form["page"], count)
        return Reply(
            {
                "audits": found["next"],
                "queue": found["queue"],
                "order": found["order"],
                "progress": found["progress"],
            }
        )


class Drawing(APIView):
    """What the checker of a blind check drew."""

    @extend_schema(request=forms.DrawingForm)
    def put(self, request: Request, pk: int) -> Reply[Revealed]:
        """Store it once, then reveal; sending the same again reveals the same."""
        form = parsed(forms.DrawingForm, request)
        user = access.person(request)
        audit = access.audit_for(user, pk)
        return Reply({"revealed": drawings.store(audit, user, form["boxes"], form["page"])})


class Verdict(APIView):
    """A decision on one auto-label."""

    @extend_schema(request=forms.VerdictForm)
    def put(self, request: Request, pk: int) -> Reply[Decided]:
        """Store it; saying the same again changes nothing."""
        form = parsed(forms.VerdictForm, request)
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
        return Reply(
            {
                "id": audit.pk,
                "verdict": Audit.Verdict(audit.verdict),
                "shown": _shown_after(audit),
                **queue_of(job, access.person(request), form["hold"], form["page"]),
            }
        )

    def delete(self, request: Request, pk: int) -> Reply[OpenAgain]:
        """Take one's own verdict back, where nothing was built on it; the check is open again."""
        audit = undo.undo(access.audit_for(access.person(request), pk), access.person(request))
        return Reply(
            {"audit": shapes.audit(audit), "progress": job_shapes.audit_progress(audit.round.job)}
        )


def _shown_after(audit: Audit) -> ShownAfter:
    # the verdict of a blind check may be taken back: until it counts, nothing tells a box of the
    # label from a honeypot, and who has not drawn is to draw blind then
    if audit.drawn_blind:
        return {"confidence": None, "threshold": None, "boxes": []}
    threshold = audit.label.detail.get("threshold") if audit.label else None
    return {"confidence": audit.confidence, "threshold": threshold, "boxes": audit.predicted}


class OwnLabel(APIView):
    """A label that this person made by correcting or adjudicating."""

    def delete(self, request: Request, pk: int) -> Reply[HoldsAgain]:
        """Take it back; the one before holds again."""
        user = access.person(request)
        label = undo.take_back(access.label_for(user, pk), user)
        return Reply({"label": label.pk})


class Renew(APIView):
    """A sign of life."""

    @extend_schema(request=forms.PageForm)
    def post(self, request: Request, pk: int) -> Reply[shapes.Lease]:
        """Renew the lease."""
        page = parsed(forms.PageForm, request)["page"]
        user = access.person(request)
        audit = access.audit_for(user, pk)
        until = leases.renew(audit, audit.round.job, user, page)
        return Reply({"lease_expires_at": until.isoformat()})


class GiveBack(APIView):
    """What a page that is left has in hand."""

    @extend_schema(request=forms.GiveBackForm)
    def post(self, request: Request, slug: str) -> Reply[shapes.GivenBack]:
        """Others may get at once what was not begun."""
        user = access.person(request)
        job = access.job_for(user, slug, *access.REVIEWING)
        form = parsed(forms.GiveBackForm, request)
        given = held.give_back_checks(job, user, form["page"], form["ids"])
        return Reply({"given_back": given})

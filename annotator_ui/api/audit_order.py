"""The random order of an audit's checks: a reviewer's number, and the receipt for it."""

from typing import TypedDict

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Reply
from annotator_ui.api.work import parsed
from labeling.certification import order
from labeling.kernel.certificate_shapes import Receipt
from labeling.kernel.errors import Conflict
from labeling.models import AuditPlan, Job


class OrderState(TypedDict):
    """Whether an audit waits for a reviewer's number, and where this person's receipt is.

    `plan`: digest of the plan that waits; `receipt_url`: for the number given for the latest plan.
    """

    plan: str | None
    receipt_url: str | None


class Drawn(TypedDict):
    """The receipt; None where another reviewer's number was first."""

    receipt: Receipt | None


def state_of(job: Job, user: User) -> OrderState:
    """What this person's page should do about the order."""
    # a superuser outside the job makes no check of it, and takes no part in its order either
    reviews = job.members.reviewers().filter(user=user).exists()
    plan = order.undrawn_plan(job) if reviews else None
    mine = _given_by(job, user)
    return {
        "plan": plan.content_digest if plan else None,
        "receipt_url": reverse("audit-receipt", args=[job.slug]) if mine else None,
    }


def _given_by(job: Job, user: User) -> AuditPlan | None:
    """The latest plan, if this person gave its number."""
    plans = AuditPlan.objects.filter(round__job=job).select_related("round__job")
    latest = plans.order_by("-attempt").first()
    return latest if latest and latest.reviewer_id == user.pk else None


class Nonce(APIView):
    """A reviewer's random number, from which and the server's the order follows."""

    @extend_schema(request=forms.NonceForm)
    def post(self, request: Request, slug: str) -> Reply[Drawn]:
        """Draw the order; saying the same again gives the same receipt."""
        user = access.person(request)
        job = access.job_for(user, slug, *access.REVIEWING)
        form = parsed(forms.NonceForm, request)
        plan = AuditPlan.objects.filter(round__job=job, content_digest=form["plan"]).first()
        if plan is None:
            raise Conflict("This audit plan is not there any more. Reload the page.")
        return Reply({"receipt": order.draw(plan, user, form["nonce"])})


@require_safe
def receipt(request: HttpRequest, slug: str) -> HttpResponseBase:
    """This person's receipt for the latest plan, as a file to keep."""
    user = access.person(request)
    job = access.job_for(user, slug)
    plan = _given_by(job, user)
    if plan is None:
        raise Http404
    name = f"{job.slug}-round-{plan.round.number}.receipt.json"
    return JsonResponse(
        order.receipt_of(plan, user),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

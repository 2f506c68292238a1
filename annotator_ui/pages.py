"""The pages: each renders a template with the data its modules start from."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui import cards
from annotator_ui.api import access, assignments, shapes
from annotator_ui.api.comments import suggestions_of
from labeling.assignments import own_answers
from labeling.consolidation import disagreements
from labeling.jobs import guidelines, preferences
from labeling.kernel.errors import Conflict, NotAllowed
from labeling.models import Image, Job, Label


def page(
    request: HttpRequest, template: str, title: str, data: dict[str, Any], manager: bool = False
) -> HttpResponse:
    data = {"user": shapes.user(access.person(request), manager), **data}
    here = template.removesuffix(".html")
    return render(request, template, {"page_data": data, "title": title, "here": here})


@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """My jobs."""
    data = {
        "jobs": cards.job_cards(access.person(request)),
        "today": own_answers.today(access.person(request)),
    }
    return page(request, "home.html", "My work", data, access.person(request).is_staff)


@require_safe
@ensure_csrf_cookie
def annotate(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw. The page claims its images itself: who follows a link by GET takes no work away."""
    user: Any = access.person(request)
    job = allowed(request, slug, access.ANNOTATOR)
    data = {
        "mode": "annotate",
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "preferences": preferences.user_preferences(user),
        "instructions_new": guidelines.unread(job, user),
        "reopen": _reopened(request, user, job),
    }
    return page(request, "annotate.html", job.name, data)


def _reopened(request: HttpRequest, user: Any, job: Job) -> dict[str, Any] | None:
    """The answer that `?assignment=` asks to open again, if it is the person's own in this job."""
    wanted = request.GET.get("assignment", "")
    if not wanted.isdecimal() or len(wanted) > 18:  # no row has a longer number
        return None
    assignment = access.assignment_for(user, int(wanted))
    if assignment.round.job_id != job.pk:
        raise Http404
    return {**assignments.alone(assignment), "changeable": own_answers.changeable(assignment)}


@require_safe
@ensure_csrf_cookie
def keys(request: HttpRequest) -> HttpResponse:
    """The person's own keys."""
    user: Any = access.person(request)
    data = {"preferences": preferences.user_preferences(user)}
    return page(request, "keys.html", "Keys", data, user.is_staff)


@require_safe
@ensure_csrf_cookie
def review_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Check auto-labels."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    data = {
        "mode": "audit",
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "progress": shapes.audit_progress(job),
        "preferences": preferences.user_preferences(user),
    }
    return page(request, "review.html", f"{job.name}: review", data)


@require_safe
@ensure_csrf_cookie
def correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A reviewer corrects a label; a manager any image, whatever it has."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    image = access.image_for(user, pk, *access.REVIEWING)
    label = Label.objects.active().filter(image=image).first()
    data = {
        "mode": "correct",
        "refused": _refused(image, access.MANAGER in access.roles(job, user)),
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "image": shapes.image(image),
        "boxes": label.boxes if label else [],
        "suggestions": suggestions_of(image, user),
        "preferences": preferences.user_preferences(user),
        "return_url": _back(request) or reverse("review-grid", args=[job.slug]),
    }
    return page(request, "review.html", f"{job.name}: correct", data, user.is_staff)


def _refused(image: Image, manager: bool) -> str:
    """Why a correction would not be taken, said before anybody draws it."""
    try:
        disagreements.check_correctable(image, manager)
    except Conflict as error:
        return error.message
    return ""


def _back(request: HttpRequest) -> str:
    """Where `?back=` leads, if that is a page of ours."""
    target = request.GET.get("back", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe and target.startswith("/") else ""


@require_safe
@ensure_csrf_cookie
def job_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The live job page."""
    user: Any = access.person(request)
    job = allowed(request, slug)
    roles = access.roles(job, user)
    manager = access.MANAGER in roles
    data = {
        "job": shapes.job(job, roles),
        "snapshot": shapes.state(job, user, manager=manager),
        "ws_path": f"/ws/jobs/{job.slug}",
        "can_manage": manager,
        "admin_url": (
            reverse("admin:labeling_job_change", args=[job.pk])
            if manager and user.is_staff
            else None
        ),
        "transfers": [shapes.transfer(t) for t in job.transfers.all()[:20]] if manager else [],
    }
    return page(request, "job.html", job.name, data, manager)


def allowed(request: HttpRequest, slug: str, *roles: str) -> Job:
    from django.core.exceptions import PermissionDenied

    try:
        return access.job_for(access.person(request), slug, *roles)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error

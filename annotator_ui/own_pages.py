"""Pages of a person's own: the answers they gave, and the notes they may read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, comments, shapes
from annotator_ui.api import history as history_api
from annotator_ui.pages import allowed, page
from labeling.services import preferences


@require_safe
@ensure_csrf_cookie
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What I sent in this job, and what of it may still be changed."""
    user: Any = access.person(request)
    job = allowed(request, slug)
    data = {
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "first": history_api.history_of(job, user),
        "answers_url": reverse("own-answers", args=[job.slug]),
    }
    return page(request, "history.html", f"{job.name}: my answers", data)


@require_safe
@ensure_csrf_cookie
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """Notes pinned to images of this job."""
    user: Any = access.person(request)
    job = allowed(request, slug)
    roles = access.roles(job, user)
    data = {
        "job": shapes.job(job, roles),
        "threads": comments.of_job(job, user),
        "can_answer": bool(roles & set(access.REVIEWING)),
        "preferences": preferences.of(user),
    }
    return page(request, "notes.html", f"{job.name}: notes", data)

"""Reviewers' pages beside the audit: the grid, disagreements, two labels compared."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, shapes
from annotator_ui.api import disagreements as disagreements_api
from annotator_ui.api import grid as grid_api
from annotator_ui.pages import allowed, page
from labeling.consolidation.disagreements import changed_images as labels_changed
from labeling.jobs import preferences
from labeling.models import Job


@require_safe
@ensure_csrf_cookie
def grid(request: HttpRequest, slug: str) -> HttpResponse:
    """Many labels at once, most suspicious first."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    choices = grid_api.choices_of(job, access.roles(job, user))
    known = set(map(str, grid_api.GridQuery().fields))  # the rest is for the page's own modules
    asked = {name: value for name, value in request.GET.items() if name in known}
    form = grid_api.GridQuery(data={"source": next(iter(choices["sources"]), "auto"), **asked})
    if not form.is_valid():  # an address written by hand, or of an older version
        return redirect("review-grid", job.slug)
    data = {
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "choices": choices,
        "source": form.validated_data["source"],
        "first": grid_api.page_of(job, grid_api.wanted(form)),
        "preferences": preferences.user_preferences(user),
    }
    return page(request, "grid.html", f"{job.name}: grid", data)


@require_safe
@ensure_csrf_cookie
def disagreements(request: HttpRequest, slug: str) -> HttpResponse:
    """Images on which people differ."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    data = {
        "job": shapes.job(job, access.roles(job, user)),
        "list": disagreements_api.list_of(job),
        "adjudicate_url": reverse("adjudicate", args=[job.slug, 0]),
        "preferences": preferences.user_preferences(user),
    }
    return page(request, "disagreements.html", f"{job.name}: disagreements", data)


def _of_image(request: HttpRequest, slug: str, pk: int) -> tuple[Job, dict[str, Any]]:
    """The job, and what both pages on one image need."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    return job, {
        "job": shapes.job(job, access.roles(job, user)),
        "classes": shapes.classes(job),
        "image": shapes.image(access.image_for(user, pk, *access.REVIEWING)),
        "preferences": preferences.user_preferences(user),
    }


@require_safe
@ensure_csrf_cookie
def adjudicate(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One image's people, group by group; the next images follow without a reload."""
    job, data = _of_image(request, slug, pk)
    data |= {
        "list": disagreements_api.list_of(job),
        "list_url": reverse("review-disagreements", args=[job.slug]),
    }
    return page(request, "adjudicate.html", f"{job.name}: resolve disagreements", data)


@require_safe
@ensure_csrf_cookie
def compare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Two labels of one image, side by side."""
    job, data = _of_image(request, slug, pk)
    data["images"] = labels_changed(job)
    return page(request, "compare.html", f"{job.name}: two labels", data)

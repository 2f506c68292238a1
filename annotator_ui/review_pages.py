"""Reviewers' pages beside the audit: the grid, disagreements, two labels compared."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, job_shapes, shapes
from annotator_ui.api import disagreements as disagreements_api
from annotator_ui.api import grid as grid_api
from annotator_ui.page import ImagesPage, JobPage, Page, allowed
from labeling.consolidation.disagreements import changed_images as labels_changed
from labeling.jobs import preferences
from labeling.models import Job


class GridPage(ImagesPage):
    """Many labels at once."""

    choices: grid_api.GridChoices
    source: str
    first: grid_api.GridLabels


class DisagreementsPage(JobPage):
    """Images on which people differ; `adjudicate_url` with 0 in place of the image."""

    list: disagreements_api.DoubtfulImages
    adjudicate_url: str
    preferences: preferences.OwnPreferences


class OneImagePage(ImagesPage):
    """One image to look at."""

    image: shapes.Picture


class AdjudicatePage(OneImagePage):
    """People's boxes on it, and the images that follow."""

    list: disagreements_api.DoubtfulImages
    list_url: str


class ComparePage(OneImagePage):
    """Two labels of it; `images`: others whose label was replaced."""

    images: list[int]


@require_safe
@ensure_csrf_cookie
def grid(request: HttpRequest, slug: str) -> Page[GridPage] | HttpResponse:
    """Many labels at once, most suspicious first."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    choices = grid_api.choices_of(job, access.roles(job, user))
    known = set(map(str, grid_api.GridQuery().fields))  # the rest is for the page's own modules
    asked = {name: value for name, value in request.GET.items() if name in known}
    form = grid_api.GridQuery(data={"source": next(iter(choices["sources"]), "auto"), **asked})
    if not form.is_valid():  # an address written by hand, or of an older version
        return redirect("review-grid", job.slug)
    data: GridPage = {
        "user": shapes.user(user),
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "choices": choices,
        "source": form.validated_data["source"],
        "first": grid_api.page_of(job, grid_api.wanted(form)),
        "preferences": preferences.user_preferences(user),
    }
    return Page(request, "grid.html", f"{job.name}: grid", data)


@require_safe
@ensure_csrf_cookie
def disagreements(request: HttpRequest, slug: str) -> Page[DisagreementsPage]:
    """Images on which people differ."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    data: DisagreementsPage = {
        "user": shapes.user(user),
        "job": job_shapes.job(job, access.roles(job, user)),
        "list": disagreements_api.list_of(job),
        "adjudicate_url": reverse("adjudicate", args=[job.slug, 0]),
        "preferences": preferences.user_preferences(user),
    }
    return Page(request, "disagreements.html", f"{job.name}: disagreements", data)


def _of_image(request: HttpRequest, slug: str, pk: int) -> tuple[Job, OneImagePage]:
    """The job, and what both pages on one image need."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    return job, {
        "user": shapes.user(user),
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "image": shapes.image(access.image_for(user, pk, *access.REVIEWING)),
        "preferences": preferences.user_preferences(user),
    }


@require_safe
@ensure_csrf_cookie
def adjudicate(request: HttpRequest, slug: str, pk: int) -> Page[AdjudicatePage]:
    """One image's people, group by group; the next images follow without a reload."""
    job, known = _of_image(request, slug, pk)
    data: AdjudicatePage = {
        **known,
        "list": disagreements_api.list_of(job),
        "list_url": reverse("review-disagreements", args=[job.slug]),
    }
    return Page(request, "adjudicate.html", f"{job.name}: resolve disagreements", data)


@require_safe
@ensure_csrf_cookie
def compare(request: HttpRequest, slug: str, pk: int) -> Page[ComparePage]:
    """Two labels of one image, side by side."""
    job, known = _of_image(request, slug, pk)
    data: ComparePage = {**known, "images": labels_changed(job)}
    return Page(request, "compare.html", f"{job.name}: two labels", data)

"""A page: a template with the data that its modules start from, typed by its shape."""

from typing import Generic, TypedDict, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from annotator_ui.api import access, job_shapes, shapes
from labeling.jobs.preferences import OwnPreferences
from labeling.kernel.errors import NotAllowed
from labeling.models import Job


class PageData(TypedDict):
    """What every page knows."""

    user: shapes.User


class JobPage(PageData):
    """What the pages of a job know besides."""

    job: job_shapes.Job


class ImagesPage(JobPage):
    """What pages that show its images know besides."""

    classes: list[job_shapes.LabelClass]
    preferences: OwnPreferences


T = TypeVar("T", bound=PageData)


class Page(HttpResponse, Generic[T]):
    """A rendered page with data of the shape T, which a view says by its return type."""

    def __init__(
        self, request: HttpRequest, template: str, title: str, data: T, **more: object
    ) -> None:
        """`more` is for the template alone and does not reach the scripts."""
        here = template.removesuffix(".html")
        context = {"page_data": data, "title": title, "here": here, **more}
        super().__init__(render_to_string(template, context, request))


def allowed(request: HttpRequest, slug: str, *roles: str) -> Job:
    """The job, if the person may open this page of it."""
    try:
        return access.job_for(access.person(request), slug, *roles)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error

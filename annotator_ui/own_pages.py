"""Pages of a person's own: the answers they gave, and the notes they may read."""

from typing import Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, job_shapes, shapes, threads
from annotator_ui.api import history as history_api
from annotator_ui.page import ImagesPage, JobPage, Page, allowed
from labeling.assignments import own_answers
from labeling.jobs import preferences
from labeling.kernel.boxes import Box
from labeling.review import suggested_corrections


class HistoryPage(JobPage):
    """What a person sent in a job."""

    classes: list[job_shapes.LabelClass]
    first: history_api.AnswersPage
    answers_url: str


class SuggestPage(ImagesPage):
    """A correction to suggest."""

    mode: Literal["suggest"]
    image: shapes.Picture
    boxes: list[Box]
    text: str
    save_url: str
    return_url: str


class NotesPage(ImagesPage):
    """Notes pinned to images."""

    threads: list[threads.PicturedThread]
    can_answer: bool


@require_safe
@ensure_csrf_cookie
def history(request: HttpRequest, slug: str) -> Page[HistoryPage]:
    """What I sent in this job, and what of it may still be changed."""
    user = access.person(request)
    job = allowed(request, slug)
    data: HistoryPage = {
        "user": shapes.user(user),
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "first": history_api.history_of(job, user),
        "answers_url": reverse("own-answers", args=[job.slug]),
    }
    return Page(request, "history.html", f"{job.name}: my answers", data)


@require_safe
@ensure_csrf_cookie
def suggest(request: HttpRequest, slug: str, pk: int) -> Page[SuggestPage] | HttpResponse:
    """What a finished answer should have been, for a reviewer to take or decline.

    It begins with the person's own boxes, never with the label that was made of them and others.
    """
    user = access.person(request)
    job = allowed(request, slug, access.ANNOTATOR)
    assignment = access.assignment_for(user, pk)
    if assignment.round.job_id != job.pk or assignment.state not in own_answers.GIVEN:
        raise Http404
    if own_answers.changeable(assignment):
        return redirect(f"{reverse('work', args=[job.slug])}?assignment={assignment.pk}")
    before = suggested_corrections.open_of(assignment)
    data: SuggestPage = {
        "user": shapes.user(user),
        "mode": "suggest",
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "image": shapes.image(assignment.image),
        "boxes": (before.boxes if before else assignment.boxes) or [],
        "text": before.text if before else "",
        "save_url": reverse("suggestion", args=[assignment.pk]),
        "preferences": preferences.user_preferences(user),
        "return_url": reverse("history", args=[job.slug]),
    }
    return Page(request, "suggest.html", f"{job.name}: suggest a correction", data)


@require_safe
@ensure_csrf_cookie
def notes(request: HttpRequest, slug: str) -> Page[NotesPage]:
    """Notes pinned to images of this job."""
    user = access.person(request)
    job = allowed(request, slug)
    roles = access.roles(job, user)
    data: NotesPage = {
        "user": shapes.user(user),
        "job": job_shapes.job(job, roles),
        "classes": job_shapes.classes(job),
        "threads": threads.of_job(job, user),
        "can_answer": bool(roles & set(access.REVIEWING)),
        "preferences": preferences.user_preferences(user),
    }
    return Page(request, "notes.html", f"{job.name}: notes", data)

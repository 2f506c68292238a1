"""The pages: each renders a template with the data its modules start from."""

from typing import Literal

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui import cards
from annotator_ui.api import (
    access,
    assignments,
    job_shapes,
    release_shapes,
    shapes,
    threads,
    transfer_shapes,
)
from annotator_ui.page import ImagesPage, JobPage, Page, PageData, allowed
from labeling.assignments import own_answers
from labeling.consolidation import disagreements
from labeling.jobs import guidelines, preferences
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Conflict
from labeling.models import Image, Job, Label
from labeling.reports import audit_report, snapshot


class HomePage(PageData):
    """My work."""

    jobs: list[cards.JobCard]
    today: own_answers.Today


class WorkPage(ImagesPage):
    """Drawing. `reopen`: the answer that the address asks to open again."""

    mode: Literal["annotate"]
    instructions_new: bool
    reopen: assignments.OwnAssignment | None


class KeysPage(PageData):
    """A person's own keys."""

    preferences: preferences.OwnPreferences


class ReviewPage(ImagesPage):
    """Checks of auto-labels."""

    mode: Literal["audit"]
    progress: audit_report.AuditProgress | None


class CorrectPage(ImagesPage):
    """One image's label, corrected. `refused`: why a correction would not be taken."""

    mode: Literal["correct"]
    refused: str
    image: shapes.Picture
    boxes: list[Box]
    suggestions: list[threads.PicturedThread]
    return_url: str


class LivePage(JobPage):
    """A job as it is now."""

    snapshot: snapshot.Snapshot
    ws_path: str
    can_manage: bool
    admin_url: str | None
    transfers: list[transfer_shapes.Transfer]
    releases: list[release_shapes.OneRelease]
    export_choices: transfer_shapes.ExportChoices


@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> Page[HomePage]:
    """My jobs."""
    user = access.person(request)
    data: HomePage = {
        "user": shapes.user(user, user.is_staff),
        "jobs": cards.job_cards(user),
        "today": own_answers.today(user),
    }
    return Page(request, "home.html", "My work", data)


@require_safe
@ensure_csrf_cookie
def annotate(request: HttpRequest, slug: str) -> Page[WorkPage]:
    """Draw. The page claims its images itself: who follows a link by GET takes no work away."""
    user = access.person(request)
    job = allowed(request, slug, access.ANNOTATOR)
    data: WorkPage = {
        "user": shapes.user(user),
        "mode": "annotate",
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "preferences": preferences.user_preferences(user),
        "instructions_new": guidelines.unread(job, user),
        "reopen": _reopened(request, user, job),
    }
    return Page(request, "annotate.html", job.name, data)


def _reopened(request: HttpRequest, user: User, job: Job) -> assignments.OwnAssignment | None:
    """The answer that `?assignment=` asks to open again, if it is the person's own in this job."""
    wanted = request.GET.get("assignment", "")
    if not wanted.isdecimal() or len(wanted) > 18:  # no row has a longer number
        return None
    assignment = access.assignment_for(user, int(wanted))
    if assignment.round.job_id != job.pk:
        raise Http404
    return assignments.reopened(assignment)


@require_safe
@ensure_csrf_cookie
def keys(request: HttpRequest) -> Page[KeysPage]:
    """The person's own keys."""
    user = access.person(request)
    data: KeysPage = {
        "user": shapes.user(user, user.is_staff),
        "preferences": preferences.user_preferences(user),
    }
    return Page(request, "keys.html", "Keys", data)


@require_safe
@ensure_csrf_cookie
def review_page(request: HttpRequest, slug: str) -> Page[ReviewPage]:
    """Check auto-labels."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    data: ReviewPage = {
        "user": shapes.user(user),
        "mode": "audit",
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "progress": job_shapes.audit_progress(job),
        "preferences": preferences.user_preferences(user),
    }
    return Page(request, "review.html", f"{job.name}: review", data)


@require_safe
@ensure_csrf_cookie
def correct(request: HttpRequest, slug: str, pk: int) -> Page[CorrectPage]:
    """A reviewer corrects a label; a manager any image, whatever it has."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    image = access.image_for(user, pk, *access.REVIEWING)
    label = Label.objects.active().filter(image=image).first()
    data: CorrectPage = {
        "user": shapes.user(user, user.is_staff),
        "mode": "correct",
        "refused": _refused(image, access.MANAGER in access.roles(job, user)),
        "job": job_shapes.job(job, access.roles(job, user)),
        "classes": job_shapes.classes(job),
        "image": shapes.image(image),
        "boxes": label.boxes if label else [],
        "suggestions": threads.suggestions_of(image, user),
        "preferences": preferences.user_preferences(user),
        "return_url": _back(request) or reverse("review-grid", args=[job.slug]),
    }
    return Page(request, "review.html", f"{job.name}: correct", data)


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
def job_page(request: HttpRequest, slug: str) -> Page[LivePage]:
    """The live job page."""
    user = access.person(request)
    job = allowed(request, slug)
    roles = access.roles(job, user)
    manager = access.MANAGER in roles
    data: LivePage = {
        "user": shapes.user(user, manager),
        "job": job_shapes.job(job, roles),
        "snapshot": job_shapes.state(job, user, manager=manager),
        "ws_path": f"/ws/jobs/{job.slug}",
        "can_manage": manager,
        "admin_url": (
            reverse("admin:labeling_job_change", args=[job.pk])
            if manager and user.is_staff
            else None
        ),
        "transfers": transfer_shapes.latest(job, 20) if manager else [],
        "releases": release_shapes.latest(job) if manager else [],
        "export_choices": transfer_shapes.export_choices(job),
    }
    return Page(request, "job.html", job.name, data)

"""What a manager does to a job from its page in the admin: each a service, an event, a sentence."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from labeling.admin.scoping import signed_in
from labeling.jobs import join_links, setup
from labeling.kernel.errors import LabelingError
from labeling.models import Job, Step
from labeling.rounds import lifecycle

# title, effect, what is said once it is done, states of the job in which it is open, service
ACTIONS: dict[str, tuple[str, str, str, tuple[str, ...], Callable[..., Any]]] = {
    "start": (
        "Start the job",
        "The first images are assigned to annotators.",
        "The job has started.",
        ("draft",),
        lifecycle.start,
    ),
    "pause": (
        "Pause",
        "No new images are assigned; annotators can finish those they have.",
        "The job is paused.",
        ("running",),
        lifecycle.pause,
    ),
    "resume": (
        "Resume",
        "Images are assigned again.",
        "The job is running again.",
        ("paused",),
        lifecycle.resume,
    ),
    "retry": (
        "Retry failed steps",
        "The failed steps of the open round are queued again.",
        "The failed steps were queued again.",
        ("running",),
        lifecycle.retry,
    ),
    "copy": (
        "Copy the job",
        "Creates a draft with the same settings, classes, members and images, without labels.",
        "The copy was created as a draft.",
        ("draft", "running", "paused", "complete", "cancelled"),
        setup.copy,
    ),
    "cancel": (
        "Cancel the job",
        "The job ends permanently. Labels and exports are kept.",
        "The job is cancelled.",
        ("draft", "running", "paused"),
        lifecycle.cancel,
    ),
    "invite": (
        "Make an invitation link",
        "Whoever opens it joins this job as annotator. It works for a week; one made before ends.",
        "The invitation link is ready to copy.",
        ("draft", "running", "paused", "complete"),
        join_links.make,
    ),
    "revoke_link": (
        "Revoke the invitation link",
        "Nobody joins by it any more; who has joined stays.",
        "The invitation link is revoked.",
        ("draft", "running", "paused", "complete"),
        join_links.revoke,
    ),
}
AT_ONCE = ("start", "invite", "revoke_link")  # buttons that ask no further question


def confirm(site: admin.AdminSite, request: HttpRequest, job: Job, action: str) -> HttpResponse:
    """Ask by GET, do it by POST."""
    if action not in ACTIONS:
        raise PermissionDenied
    if request.method == "POST":
        return do(request, job, action)
    title, effect, *_ = ACTIONS[action]
    context = {
        **site.each_context(request),
        "title": f"{title}?",
        "job": job,
        "effect": effect,
        "back": reverse("admin:labeling_job_change", args=[job.pk]),
        "opts": Job._meta,
        "problems": setup.start_problems(job) if action == "start" else [],
    }
    return TemplateResponse(request, "admin/labeling/job/confirm.html", context)


def do(request: HttpRequest, job: Job, action: str) -> HttpResponse:
    """Do it, say how it went, and lead back to the job's page."""
    _, _, said, _, service = ACTIONS[action]
    try:
        service(job, signed_in(request))
    except LabelingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    place = "#join-link" if action in ("invite", "revoke_link") else ""
    return HttpResponseRedirect(reverse("admin:labeling_job_change", args=[job.pk]) + place)


def open_now(job: Job) -> list[tuple[str, str]]:
    """Name and title of the actions that make sense now and ask first."""
    failed = Step.objects.unfinished().filter(round__job=job).exclude(error="").exists()
    return [
        (name, title)
        for name, (title, _, _, states, _) in ACTIONS.items()
        if job.state in states and name not in AT_ONCE and (failed or name != "retry")
    ]

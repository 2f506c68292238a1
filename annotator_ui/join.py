"""The page behind an invitation link: a new person makes an account, others confirm, both join."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labeling import login_lock
from labeling.jobs import join_links
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Job, JoinLink

BACKEND = "django.contrib.auth.backends.ModelBackend"
LOCKED = "Too many tries from your network. Try again in a quarter of an hour."


class AccountForm(BaseUserCreationForm[Any]):
    """Name and password of a new account."""

    class Meta(BaseUserCreationForm.Meta):
        labels = {"username": "User name"}
        help_texts = {"username": "Letters, digits and @ . + - _ only. You sign in with it."}

    def validate_unique(self) -> None:
        """The service looks, whatever the case of the letters, and says what to do."""


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, key: str) -> HttpResponse:
    """A link is only looked at by GET: who is led here by another page joins nothing."""
    link = join_links.found(key)
    if link is None:
        return _show(request, None, status=404)
    if isinstance(request.user, User):
        return _join_as(request, link, request.user)
    if login_lock.joining_locked(request):
        return _show(request, link, locked=LOCKED, status=429)
    form = AccountForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, link, form=form)
    name, password = form.cleaned_data["username"], form.cleaned_data["password1"]
    try:
        user = join_links.register(link, name, password)
    except Conflict:
        return _show(request, None, status=404)
    except Invalid as error:
        # names are tried out here no cheaper than at the sign-in
        user_login_failed.send(__name__, credentials={"username": name}, request=request)
        form.add_error("username", error.message)
        return _show(request, link, form=form)
    login(request, user, backend=BACKEND)
    return _on(link.job)


def _join_as(request: HttpRequest, link: JoinLink, user: User) -> HttpResponse:
    if request.method != "POST":
        return _show(request, link)
    try:
        join_links.join(link, user)
    except Conflict:
        return _show(request, None, status=404)
    return _on(link.job)


def _on(job: Job) -> HttpResponse:
    """To the first image, or to where it will wait."""
    running = job.state == Job.State.RUNNING
    return HttpResponseRedirect(reverse("work", args=[job.slug]) if running else reverse("home"))


def _show(
    request: HttpRequest, link: JoinLink | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    form = more.get("form")
    if form is not None and form.errors:
        first = next(field for field in form if field.errors)
        form.fields["username"].widget.attrs.pop("autofocus", None)
        first.field.widget.attrs["autofocus"] = True
    context = {"link": link, "sign_in": f"{reverse('login')}?next={request.path}", **more}
    return render(request, "registration/join.html", context, status=status)

"""When signing in is locked after failures: by account and address, by address, by account.

An attacker may not keep an account locked: from an address where its person has signed in before,
only the failures of this account there count. A locked attempt is not counted itself. Making
accounts by invitation links is locked by address.
"""

import math
from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from labeling.server.addresses import household

PAIR, ADDRESS, ACCOUNT = 5, 20, 10  # failures
JOINING = 40  # accounts made from one address by invitation links: a class at its desks
KNOWN = timedelta(days=90)  # an address stays a person's own for so long after signing in


class LoginLock(AxesDatabaseHandler):  # type: ignore[misc]
    """django-axes with three rules in place of one."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        """As many as are too many where it is locked, else none."""
        username = get_client_username(request, credentials)
        locked = locked_until(username, _address(request))
        return settings.AXES_FAILURE_LIMIT if locked else 0


def locked_until(username: str | None, address: str) -> datetime | None:
    """When this account may be tried from this address again; None: now."""
    now = timezone.now()
    here: dict[str, str | None] = {"ip_address": address}
    rules: list[tuple[dict[str, str | None], int]] = [({"username": username, **here}, PAIR)]
    since = now - KNOWN
    if not AccessLog.objects.filter(username=username, **here, attempt_time__gt=since).exists():
        rules += [(here, ADDRESS), ({"username": username}, ACCOUNT)]
    ends = [end for facts, most in rules if (end := _end_of_lock(facts, most, now))]
    return max(ends, default=None)


def joining_locked(request: HttpRequest) -> bool:
    """Whether no account may be made from this address now: names that were taken are failures,
    and of accounts that were made only so many count as meant."""
    address, now = address_of(request), timezone.now()
    since = now - settings.AXES_COOLOFF_TIME
    recent = AccessLog.objects.filter(ip_address=address, attempt_time__gt=since)
    made = recent.filter(path_info__startswith="/join/").count()
    return made >= JOINING or _end_of_lock({"ip_address": address}, ADDRESS, now) is not None


def _end_of_lock(facts: dict[str, str | None], most: int, now: datetime) -> datetime | None:
    """When so few of these failures are recent that one more may be made."""
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    failures = 0
    recent = AccessAttempt.objects.filter(**facts, attempt_time__gt=now - cool_off)
    for count, at in recent.order_by("-attempt_time").values_list(
        "failures_since_start", "attempt_time"
    ):
        failures += count
        if failures >= most:
            return at + cool_off  # type: ignore[no-any-return]
    return None


def _address(request: HttpRequest) -> str:
    """As django-axes has set it."""
    address: str = request.axes_ip_address  # type: ignore[attr-defined]
    return address


def address_of(request: HttpRequest) -> str:
    """Of what failures are counted by address."""
    return household(request.META.get("REMOTE_ADDR", ""))


def say_locked(request: HttpRequest, response: object, credentials: dict[str, str]) -> HttpResponse:
    """How long to wait: on the sign-in page for people, in one line for the page's own script."""
    username = get_client_username(request, credentials)
    until = locked_until(username, _address(request)) or timezone.now()
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    minutes = math.ceil(seconds / 60)
    wait = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    said = f"Too many failed sign-ins. Try again {wait}."
    if "text/html" in request.headers.get("Accept", ""):
        form = AuthenticationForm(request, initial={"username": username})
        page = {"form": form, "locked": said, "next": request.POST.get("next", "/")}
        answer = render(request, "registration/login.html", page, status=429)
    else:
        answer = HttpResponse(said, status=429, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = str(seconds)
    return answer

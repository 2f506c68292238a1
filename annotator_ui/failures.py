"""What went wrong, in words: the last resort of every page, and one rule for pages and API.

A failure of the database or the disk is told apart by what the driver says, for both databases
raise the same class for a moment's lock and for a broken table.
"""

import errno
import logging
import sys
from dataclasses import dataclass

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error as plain_server_error

from labeling.kernel.errors import DiskFull
from labeling.server import answers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """A status, a code for programs, a sentence for people."""

    status: int
    code: str
    message: str
    retry_after: int = 0  # seconds


FULL = Failure(
    507,
    DiskFull.code,
    "The server's disk is full. Your work is kept in this browser and sent again once there is "
    "room. Tell the administrator.",
)
BUSY = Failure(503, "busy", answers.BUSY, retry_after=answers.BUSY_SECONDS)
TOO_MUCH = Failure(400, "invalid", "The search or filter holds too much. Ask for less at once.")
NO_SUCH = Failure(400, "invalid", "Nothing here has the number or name in this address.")

# SQLite says "database or disk is full", PostgreSQL "No space left on device"
_FULL = ("disk is full", "no space left")
_BUSY = (
    "locked",
    "lock timeout",
    "statement timeout",
    "deadlock",
    "connect",
    "connection",
    "starting up",
    "shutting down",
    "too many clients",
    "recovery mode",
)
_TOO_MUCH = ("expression tree", "too many sql variables", "too many terms", "stack depth")


def failure_of(error: BaseException | None) -> Failure | None:
    """What a person can be told of it; None for a mistake of the program."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return FULL
    if isinstance(error, (OverflowError, DataError)):
        return NO_SUCH
    if not isinstance(error, OperationalError):
        return None
    said = str(error).lower()
    for signs, failure in ((_FULL, FULL), (_TOO_MUCH, TOO_MUCH), (_BUSY, BUSY)):
        if any(sign in said for sign in signs):
            return failure
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: a page in words, whatever failed, also signing in and the admin.

    Django writes the trace into the log, as for any answer of 500 and above.
    """
    error = sys.exception()
    failure = failure_of(error)
    if failure is None:
        return plain_server_error(request)
    if failure.status < 500:
        log.warning("%s: %r", request.path, error)
    page = loader.render_to_string("failure.html", {"message": failure.message})
    response = HttpResponse(page, status=failure.status)
    if failure.retry_after:
        response["Retry-After"] = str(failure.retry_after)
    return response

"""One handler turns every refusal into {"code", "message", "where"} and the right status."""

import logging

from django.core.exceptions import ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from annotator_ui.failures import failure_of
from annotator_ui.middleware import SAID
from labeling.kernel.errors import Conflict, DiskFull, Invalid, LabelingError, NotAllowed

log = logging.getLogger(__name__)
STATUS = {Invalid: 400, NotAllowed: 403, Conflict: 409, DiskFull: 507}


def handle(error: Exception, context: dict[str, object]) -> Response | None:
    """The answer to an exception raised in a view; None leaves it to Django (a 500, logged)."""
    if isinstance(error, LabelingError):
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 400)
        return _answer(status, error.code, error.message, error.where)
    if isinstance(error, ValidationError):
        return _answer(400, "invalid", " ".join(error.messages))
    if failure := failure_of(error):
        log.log(
            logging.ERROR if failure.status >= 500 else logging.WARNING,
            "%s: %s",
            failure.code,
            error,
            exc_info=failure.status >= 500 and error,
        )
        answer = _answer(failure.status, failure.code, failure.message)
        if failure.retry_after:
            answer["Retry-After"] = str(failure.retry_after)
        return answer
    response = exception_handler(error, context)
    if response is None:
        return None
    code, message, where = _words(error, response.data)
    headers = {
        k: v for k, v in response.items() if k in ("WWW-Authenticate", "Retry-After", "Allow")
    }
    return Response(
        {"code": code, "message": message, "where": where}, response.status_code, headers=headers
    )


def _answer(status: int, code: str, message: str, where: str | None = None) -> Response:
    return Response({"code": code, "message": message, "where": where}, status)


def _words(error: Exception, data: object) -> tuple[str, str, str | None]:
    if isinstance(error, exceptions.ValidationError):
        where, text = _first(error.detail, "")
        return "invalid", text, where or None
    if isinstance(error, exceptions.NotAuthenticated):
        return (
            "signed_out",
            "You were signed out. Your work is saved here. Sign in to send it.",
            None,
        )
    if isinstance(error, Http404):
        return *SAID[404], None
    detail = data.get("detail") if isinstance(data, dict) else data
    code = getattr(error, "default_code", "error")
    return str(code), str(detail or error), None


def _first(detail: object, where: str) -> tuple[str, str]:
    """The first message of nested validation errors, and the path to it."""
    if isinstance(detail, dict):
        key = next(iter(detail))
        return _first(detail[key], f"{where}.{key}" if where else str(key))
    if isinstance(detail, list):
        return _first(detail[0], where) if detail else (where, "")
    return where, str(detail)

"""What every answer has: nothing personal is kept by browsers, and the API errs in JSON."""

import json
from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    JsonResponse,
)
from django.template import loader

from annotator_ui.failures import BUSY, FULL, NO_SUCH
from labeling.server.answers import PROGRAMS, refusal

Next = Callable[[HttpRequest], HttpResponseBase]
API = "/api/"
KEPT = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")
SAID = {
    400: ("invalid", "The request cannot be understood."),
    403: (
        "not_allowed",
        "You are not allowed to do this. Reload the page if you were signed out meanwhile.",
    ),
    404: ("not_found", "There is nothing here, or it is not yours to see."),
    405: ("not_allowed", "This address takes other methods; the header Allow names them."),
    416: ("invalid", "The file ends before that; the header Content-Range names its size."),
    BUSY.status: (BUSY.code, BUSY.message),
    FULL.status: (FULL.code, FULL.message),
}
OTHER = (
    "error",
    "The server could not complete the request, and logged the error. Your work is kept.",
)


def private(get_response: Next) -> Next:
    """Pages and data name people and their work: nobody's browser or proxy may keep them."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def api_errors(get_response: Next) -> Next:
    """An error below /api/ is told in JSON (labeling.server.answers), whoever raised it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        asked = request.META.get("QUERY_STRING", "")
        if "\0" in request.path + asked or "%00" in asked:
            page = loader.render_to_string("failure.html", {"message": NO_SUCH.message})
            response: HttpResponseBase = HttpResponseBadRequest(page)
        else:
            response = get_response(request)
        if not request.path.startswith(API) or response.status_code < 400:
            return response
        in_json = response.get("Content-Type", "").startswith("application/json")
        if in_json and not request.path.startswith(PROGRAMS):
            return response
        if in_json and isinstance(response, HttpResponse):
            said = json.loads(response.content)
            code, message, where = said["code"], said["message"], said["where"]
        else:
            (code, message), where = SAID.get(response.status_code, OTHER), None
        kept = {name: response[name] for name in KEPT if name in response}
        kind, content = refusal(request.path, response.status_code, code, message, where)
        told = JsonResponse(content, status=response.status_code, headers=kept, content_type=kind)
        # Django marks what it wrote into the log, and would write it once more
        told._has_been_logged = getattr(response, "_has_been_logged", False)  # type: ignore[attr-defined]
        return told

    return answer


class SignedIn(LoginRequiredMiddleware):
    """Strangers are led to the sign-in page; programs and pictures get 401 instead."""

    def handle_no_permission(  # type: ignore[override]  # Django's own only redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        """What a view that is closed to strangers answers them."""
        if not request.path.startswith(API):
            return super().handle_no_permission(request, view_func)
        said = {"code": "signed_out", "message": "Sign in first.", "where": None}
        return JsonResponse(said, status=401, headers={"WWW-Authenticate": "Session"})

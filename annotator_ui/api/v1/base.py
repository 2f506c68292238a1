"""What all views for programs share: who may ask, pages of lists, requests that are done once."""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Generic, NoReturn, TypedDict, TypeVar, cast

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.bearer import HOW, BadToken, Bearer, WithinScope
from labeling.jobs import idempotency
from labeling.kernel.digests import canonical
from labeling.kernel.errors import Invalid

Row = TypeVar("Row", bound=Model)
Shape = TypeVar("Shape")
Method = TypeVar("Method", bound=Callable[..., Any])
KEY = re.compile(r"[\x21-\x7e]{1,64}")
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 64 printable signs of your choice, new for each request. The same request "
    "again under the same key is not done again and gets the same answer, for a day.",
)


class Listed(TypedDict, Generic[Shape]):
    """Part of a list, and the `after` of the next part; null at the end."""

    items: list[Shape]
    next: int | None


class ListQuery(forms.StrictSerializer):
    """Which part of a list."""

    after = serializers.IntegerField(
        min_value=0, max_value=forms.LARGEST, default=0, help_text="The `next` of the part before."
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=500, default=100, help_text="How many at most."
    )


class V1View(APIView):
    """A view for programs, by access token; people's sessions may use it too."""

    authentication_classes = (Bearer, access.Session)
    permission_classes = (IsAuthenticated, WithinScope)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Who brings nothing is told what to bring."""
        if request.authenticators and not request.successful_authenticator:
            raise BadToken(f"An access token is missing. {HOW}")
        super().permission_denied(request, message, code)


def query(form: type[forms.StrictSerializer], request: Request) -> dict[str, Any]:
    """The address' validated parameters; one that the form does not know is refused."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise Invalid("This parameter is given twice.", where=name)
    filled = form(data=request.query_params.dict())
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


def listed(
    rows: "QuerySet[Row]",
    asked: dict[str, Any],
    shape: Callable[[list[Row]], Iterable[Shape]],
) -> Reply[Listed[Shape]]:
    """The asked part of these rows by their number; `shape` makes what is told of them."""
    limit: int = asked["limit"]
    found = list(rows.filter(pk__gt=asked["after"]).order_by("pk")[: limit + 1])
    last = found[limit - 1].pk if len(found) > limit else None
    return Reply({"items": list(shape(found[:limit])), "next": last})


def once(method: Method) -> Method:
    """A POST that is done once for a key in the header Idempotency-Key."""

    @wraps(method)
    def answer(view: V1View, request: Request, *args: object, **kwargs: object) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return told(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise Invalid("Use 1 to 64 printable signs.", where="Idempotency-Key")

        def work() -> idempotency.Answer:
            reply = told(view, request, *args, **kwargs)
            return idempotency.Answer(reply.status_code, reply.data)

        said = f"{request.method} {request.path}\n".encode() + canonical(request.data)
        kept = idempotency.once(access.person(request), key, hashlib.sha256(said).hexdigest(), work)
        return Response(kept.content, kept.status)

    told: Callable[..., Response] = method
    answer.takes_key = True  # type: ignore[attr-defined]  # for the document
    return cast(Method, answer)


def operation(
    name: str,
    *,
    asks: type[forms.StrictSerializer] | None = None,
    takes: Any = None,
) -> Callable[[Method], Method]:
    """How the document describes a view's method: its name, parameters, and what it takes."""

    def described(method: Method) -> Method:
        parameters: list[Any] = [asks] if asks else []
        if getattr(method, "takes_key", False):
            parameters.append(KEY_HEADER)
        return extend_schema(operation_id=name, parameters=parameters, request=takes)(method)

    return described

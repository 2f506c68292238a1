"""Holds answers of the server against the OpenAPI document, more strictly than the document says:
what it does not name may not be there."""

import json
import re
from functools import cache
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from annotator_ui import page_shapes

UNDOCUMENTED = re.compile(  # no JSON of ours
    r"^/api/(?!v1/).*/(file|preview|report|receipt|labels)$|^/api/(v1/)?schema$"
)
IN_JSON = ("application/json", "application/problem+json")
PROGRAMS = "/api/v1/"


@cache
def document() -> dict[str, Any]:
    """As /api/schema gives it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


@cache
def validator(schema: str) -> Draft202012Validator:
    """Of a component."""
    components = {
        name: {"additionalProperties": False, **part} if part.get("type") == "object" else part
        for name, part in document()["components"]["schemas"].items()
    }
    whole = {"components": {"schemas": components}, "$ref": f"#/components/schemas/{schema}"}
    return Draft202012Validator(whole)


@cache
def operations() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Method, address and description of each."""
    return [
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request."""
    return next((o for m, p, o in operations() if m == method and p.match(path)), None)


def check_answer(method: str, path: str, status: int, answer: Any) -> None:
    """Fails where the document says something else of this answer."""
    operation = operation_of(method, path)
    refusal = validator("Problem" if path.startswith(PROGRAMS) else "Error")
    if operation is None:
        assert status >= 400 or method in ("HEAD", "OPTIONS"), f"{method} {path} is undocumented"
        refusal.validate(answer)
        return
    told = operation["responses"]
    said = told.get(str(status)) or told.get(f"{status // 100}XX")
    assert said, f"{method} {path}: {status} is not documented"
    if "$ref" in said:
        refusal.validate(answer)
        return
    if "application/octet-stream" in said["content"]:
        return
    schema = said["content"]["application/json"]["schema"]
    rows, of_list = (answer, schema["items"]) if "items" in schema else ([answer], schema)
    for row in rows:
        validator(of_list["$ref"].rpartition("/")[2]).validate(row)


def check_page(view: Any, data: Any) -> None:
    """Fails where a page's data has not the shape that its view names."""
    (shape,) = page_shapes.shapes_of(view)
    validator(shape.__name__).validate(data)


class Checked:
    """A test client's `request` that holds every answer against the document."""

    def __init__(self) -> None:
        self.plain, self.reached = Client.request, set[str]()

    def __call__(self, client: Client, **asked: Any) -> Any:
        """The answer, checked."""
        reply = self.plain(client, **asked)
        method, path = asked["REQUEST_METHOD"], asked["PATH_INFO"]
        if path.startswith("/api/") and not UNDOCUMENTED.search(path):
            if not reply.streaming and reply["Content-Type"].startswith(IN_JSON):
                check_answer(method, path, reply.status_code, reply.json())
            if reply.status_code < 300 and (found := operation_of(method, path)):
                self.reached.add(found["operationId"])
        context = reply.context
        if context is not None and "page_data" in context and reply.status_code == 200:
            check_page(reply.resolver_match.func, plain_json(context["page_data"]))
        return reply


def plain_json(value: Any) -> Any:
    """As the browser reads it."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


@pytest.fixture(autouse=True)
def reached(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every answer is held against the document; the operations that a test has seen succeed."""
    checked = Checked()
    monkeypatch.setattr(Client, "request", lambda client, **asked: checked(client, **asked))
    return checked.reached

"""Puts what the pages hold as JSON into the OpenAPI document, for the types of the scripts."""

from collections.abc import Callable, Iterator
from inspect import isclass
from typing import get_args, get_origin, get_type_hints

from django.http import HttpResponseBase
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator

from annotator_ui.api.schema import Schema, schema_of
from annotator_ui.page import Page


def add(result: Schema, generator: SchemaGenerator, request: object, public: bool) -> Schema:
    """The document with their shapes (a hook of drf-spectacular)."""
    for shape in shapes():
        schema_of(shape, generator.registry)
    return {**result, "components": generator.registry.build({})}


def shapes() -> Iterator[type]:
    """The data of every page."""
    from annotator_ui.urls import urlpatterns  # of the whole site, which other addresses complete

    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        yield from shapes_of(pattern.callback)


def shapes_of(view: Callable[..., HttpResponseBase]) -> Iterator[type]:
    """The data of the page that a view's return type names, if it is one."""
    hint = get_type_hints(view).get("return")
    for part in (hint, *get_args(hint)):
        kind = get_origin(part)
        if isclass(kind) and issubclass(kind, Page):
            yield get_args(part)[0]

"""Makes the OpenAPI document from type hints: each TypedDict becomes one component of its name."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from inspect import cleandoc, isclass
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from django.http import HttpResponseBase
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from annotator_ui.api.forms import TypedField
from annotator_ui.api.replies import Error, Problem, Reply
from labeling.server.answers import PROGRAMS

Schema = dict[str, Any]
BINARY: Schema = {
    "description": "The file.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string", NoneType: "null"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Django's session cookie."""

    target_class = "annotator_ui.api.access.Session"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A cookie, with the CSRF header on writes."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}


class TypedFields(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Fields of requests that are described by a type hint."""

    target_class = TypedField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Schema:
        """What the hint says."""
        return schema_of(self.target.hint, auto_schema.registry)


class TypedSchema(AutoSchema):
    """Describes answers by the view's return type: `Reply[shape]`, `Created[shape]`, or a file."""

    def get_tags(self) -> list[str]:
        """Those for programs by the file of their resource."""
        if not self.path.startswith(PROGRAMS):
            return ["pages"]
        return [type(self.view).__module__.rpartition(".")[2].replace("_", " ")]

    def get_request_serializer(self) -> None:
        """What a request holds is said by extend_schema; without it, nothing."""

    def get_response_serializers(self) -> None:
        """None: the view's return type says it."""

    def _get_response_bodies(self, direction: str = "response") -> Schema:
        hint = get_type_hints(getattr(self.view, self.method.lower()))["return"]
        refused = self._refused()
        if hint is HttpResponseBase:
            return {"200": BINARY, "4XX": refused, "5XX": refused}
        kind = get_origin(hint)
        if not (isclass(kind) and issubclass(kind, Reply)):
            raise TypeError(f"{self.method} {self.path}: say which Reply it gives, not {hint}.")
        (shape,) = get_args(hint)
        told = _body(_words(shape) or "OK", schema_of(shape, self.registry))
        return {str(kind.status_code): told, "4XX": refused, "5XX": refused}

    def _refused(self) -> Schema:
        """The one answer to everything that cannot be done; programs get problem details."""
        shape: Any = Error
        kind, name = "application/json", "Refused"
        if self.path.startswith(PROGRAMS):
            shape, kind, name = Problem, "application/problem+json", "RefusedProgram"
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name,
            type=ResolvedComponent.RESPONSE,
            object=shape,
            schema=_body(_words(shape), schema_of(shape, self.registry), kind),
        )
        self.registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference


def _body(description: str, schema: Schema, kind: str = "application/json") -> Schema:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _words(hint: Any) -> str:
    shape = get_origin(hint) or hint
    return cleandoc(shape.__doc__ or "") if is_typeddict(shape) else ""


def schema_of(hint: Any, registry: ComponentRegistry) -> Schema:
    """The schema of a type hint (JSON Schema 2020-12); raises TypeError where it says too little.

    A TypedDict becomes a component, whose name must be its own.
    """
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if is_typeddict(get_origin(hint) or hint):
        return _component(hint, registry)
    if isclass(hint) and issubclass(hint, Enum):
        return _enum([member.value for member in hint])
    kind, args = get_origin(hint), get_args(hint)
    if kind is Literal:
        return _enum([value for arg in args for value in _values(arg)])
    if kind in (Union, UnionType):
        return _union([schema_of(arg, registry) for arg in args])
    if kind is tuple and args[1:] != (...,):
        parts = [schema_of(arg, registry) for arg in args]
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "items": False}
    if kind in (list, tuple, Sequence):
        return {"type": "array", "items": schema_of(args[0], registry)}
    if kind in (dict, Mapping):
        return _mapping(args[0], args[1], registry)
    raise TypeError(f"{hint!r} does not say what is in the JSON.")


def _values(arg: Any) -> Iterator[Any]:
    yield arg.value if isinstance(arg, Enum) else arg


def _enum(values: list[Any]) -> Schema:
    (kind,) = {type(value) for value in values}
    return {"type": PLAIN[kind], "enum": values}


def _union(parts: list[Schema]) -> Schema:
    if all(set(part) == {"type"} for part in parts):
        return {"type": [part["type"] for part in parts]}
    return {"anyOf": parts}


def _mapping(key: Any, value: Any, registry: ComponentRegistry) -> Schema:
    inside = schema_of(value, registry)
    names = schema_of(key, registry)
    if "enum" in names:
        properties = dict.fromkeys(names["enum"], inside)
        return {"type": "object", "properties": properties, "additionalProperties": False}
    return {"type": "object", "additionalProperties": inside}


def _component(hint: Any, registry: ComponentRegistry) -> Schema:
    inside = "Of".join(["", *(arg.__name__ for arg in get_args(hint))])
    component = ResolvedComponent(  # type: ignore[no-untyped-call]
        name=f"{(get_origin(hint) or hint).__name__}{inside}",
        type=ResolvedComponent.SCHEMA,
        object=hint,
        schema={},
    )
    if component not in registry:  # which warns of another shape of this name
        component.schema = {"type": "object"}  # before its parts, which may hold it again
        registry.register(component)
        component.schema |= _described(hint, registry)
    reference: Schema = component.ref
    return reference


def _described(hint: Any, registry: ComponentRegistry) -> Schema:
    shape = get_origin(hint) or hint
    given = dict(zip(getattr(shape, "__parameters__", ()), get_args(hint), strict=True))
    parts = {
        name: schema_of(_filled(part, given), registry)
        for name, part in get_type_hints(shape).items()
    }
    described: Schema = {"description": _words(hint), "properties": parts}
    if not parts:
        described["additionalProperties"] = False
    if needed := [name for name in parts if name in shape.__required_keys__]:
        described["required"] = needed
    return described


def _filled(part: Any, given: Mapping[Any, Any]) -> Any:
    """A type hint of a generic shape with what stands for its variables."""
    inside = getattr(part, "__parameters__", ())
    return part[tuple(given[one] for one in inside)] if inside else given.get(part, part)

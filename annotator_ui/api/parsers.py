"""Reads JSON bodies and refuses what would break us later: depth, NaN, double keys, bad text."""

import json
from collections.abc import Mapping
from typing import IO, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from labeling.kernel.json_shapes import JSON

MAX_DEPTH = 32


class SafeJSONParser(BaseParser):
    """JSON with limits; every refusal is a 400 that says why."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        context: Mapping[str, object] | None = None,
    ) -> dict[str, JSON]:
        """The body as Python values."""
        data = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("The request is larger than 2 MB.")
        if depth_of(data) > MAX_DEPTH:
            raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        try:
            value: JSON = json.loads(
                data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique
            )
        except UnicodeDecodeError as error:
            raise ParseError("The request is not UTF-8.") from error
        except ValueError as error:
            raise ParseError(f"The request is not valid JSON: {error}") from error
        _check_text(value)
        if not isinstance(value, dict):
            raise ParseError("The request must be a JSON object.")
        return value


def depth_of(data: bytes) -> int:
    """Deepest nesting of brackets outside strings, counted over the bytes."""
    depth = deepest = 0
    quoted = escaped = False
    for byte in data:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                return deepest
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number here")


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has the same key twice")
    return found


def _check_text(value: JSON) -> None:
    if isinstance(value, str):
        if "\0" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise ParseError("The text holds a NUL or a broken character (lone surrogate).")
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)

"""A person's own keys and ways of drawing, checked before they are stored."""

import re
from collections.abc import Callable
from typing import cast

from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import PageSettings

MOST_ACTIONS = 200
MOST_KEYS = 4  # of one action
ACTION = re.compile(r"^([a-z]{1,12}\.)?[a-zA-Z0-9-]{1,40}$")  # one page's own: "grid.correct"
KEY = re.compile(r"^(Ctrl\+)?(Alt\+)?(Shift\+)?(\S|[A-Z][A-Za-z0-9]{1,19})$")
COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")

# Each setting of the page and what it may be.
PAGE: dict[str, Callable[[object], bool]] = {
    "method": lambda value: value in ("drag", "clicks", "points"),
    "crosshair": lambda value: isinstance(value, bool),
    "crosshairColor": lambda value: isinstance(value, str) and bool(COLOR.match(value)),
    "crosshairStrength": lambda value: _within(value, 0.1, 1),
    "magnifier": lambda value: isinstance(value, bool),
    "labels": lambda value: value in ("names", "numbers", "none"),
    "confidence": lambda value: (
        isinstance(value, dict)
        and len(value) <= 500
        and all(len(slug) <= 60 and _within(cut, 0, 1) for slug, cut in value.items())
    ),
}


def _within(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool and low <= value <= high


def parse_keys(raw: object) -> dict[str, list[str]]:
    """Action → its keys. Raises Invalid for what is no key, and for one key on two of one page."""
    if not isinstance(raw, dict) or len(raw) > MOST_ACTIONS:
        raise Invalid("A key map is an object: action to list of keys.", where="keys")
    owner: dict[tuple[str, str], str] = {}
    for action, keys in raw.items():
        where = f"keys.{action}"
        if not ACTION.match(action):
            raise Invalid("An action is named by letters, digits and hyphens.", where=where)
        page = action.rpartition(".")[0]
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            raise Invalid(f"An action has a list of at most {MOST_KEYS} keys.", where=where)
        for key in keys:
            if not isinstance(key, str) or not KEY.match(key):
                raise Invalid(f"{key!r} is not a key.", where=where)
            taken = owner.setdefault((page, key), action)
            if taken != action:
                raise Invalid(f"{key} is the key of {taken} already.", where=where)
    return raw


def parse_page(raw: object) -> PageSettings:
    """The page's settings. Raises Invalid, naming the setting, for an unknown or unfit one."""
    if not isinstance(raw, dict):
        raise Invalid("The page's settings must be an object.", where="page")
    for name, value in raw.items():
        if name not in PAGE:
            raise Invalid("There is no such setting.", where=f"page.{name}")
        if not PAGE[name](value):
            raise Invalid(f"{value!r} is no value of this setting.", where=f"page.{name}")
    return cast(PageSettings, raw)  # each setting of it was checked

"""Cleans every string that comes from outside."""

import unicodedata

from labeling.kernel.errors import Invalid

KEPT_CONTROLS = "\n\t"


def clean(value: str, *, limit: int = 255, where: str = "text") -> str:
    """NFC text without NUL, lone surrogates or control characters.

    A lone surrogate would be stored and then break every page that shows it, so it is refused.
    """
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid("The text holds a broken character (lone surrogate).", where=where) from error
    if "\0" in value:
        raise Invalid("The text holds a NUL character.", where=where)
    value = unicodedata.normalize("NFC", value)
    value = "".join(c for c in value if c in KEPT_CONTROLS or unicodedata.category(c) != "Cc")
    if len(value) > limit:
        raise Invalid(f"{len(value)} characters; at most {limit}.", where=where)
    return value

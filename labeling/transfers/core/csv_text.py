"""Cells of tables that no spreadsheet takes for a formula, and their way back."""

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a cell that is run may begin with
MARK = "'"  # of a cell that is text, whatever follows


def cell(value: str) -> str:
    """The value, marked as text if it could be run: a spreadsheet would do what a name says."""
    return MARK + value if _looks_like_one(value) else value


def value_of(text: str) -> str:
    """What `cell` was given."""
    return text[1:] if text.startswith(MARK) and _looks_like_one(text) else text


def _looks_like_one(value: str) -> bool:
    return value.lstrip(MARK).startswith(FORMULAS)

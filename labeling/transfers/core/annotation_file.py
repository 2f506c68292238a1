"""What an annotation file says, whatever its format: boxes per picture, and what was not used."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labeling.kernel import text
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON

MAX_BYTES = 500 * 1024**2
Row = tuple[int, float, float, float, float]  # class position, x1 y1 x2 y2


@dataclass
class AnnotationFile:
    """The boxes of a file by picture name, in pixels of the picture."""

    classes: list[str] = field(default_factory=list)  # in the file's order
    boxes: dict[str, list[Row]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)  # as the file states them
    # of COCO: the image records, for filters such as a licence
    records: list[dict[str, JSON]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)  # SHA-256, as our own exports state it
    also: dict[str, str] = field(default_factory=dict)  # another name that a picture may have
    listed: list[str] = field(default_factory=list)  # pictures it names and says nothing of
    left_out: Counter[str] = field(default_factory=Counter)  # what is no box, and how often
    in_shares: bool = False  # boxes are in shares of the picture's width and height instead
    # place, picture or empty, reason
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)  # of the classes
    _kept: set[tuple[str, Row]] = field(default_factory=set)

    def add(self, name: str, kind: str, edges: Sequence[float], where: str) -> None:
        """Keep a box of the picture, once; a class that is new comes after the others.

        Raises Invalid for a class name that cannot be kept.
        """
        kind = class_name(kind, where)
        if kind not in self._places:
            self._places[kind] = len(self.classes)
            self.classes.append(kind)
        x1, y1, x2, y2 = edges
        self.keep(name, (self._places[kind], x1, y1, x2, y2), where)

    def keep(self, name: str, row: Row, where: str) -> None:
        """The same of a class whose place is known."""
        boxes = self.boxes.setdefault(name, [])
        if (name, row) in self._kept:
            self.changed.append((where, name, "the same box stands twice; it is taken once"))
        else:
            self._kept.add((name, row))
            boxes.append(row)


def class_name(name: object, where: str) -> str:
    """The name as a class may have it; Invalid where it is none."""
    if not isinstance(name, str) or not name.strip():
        raise Invalid(f"{where}: a class needs a name.")
    return text.clean(name.strip(), limit=100, where=where)


def picture_name(name: str, where: str) -> str:
    """The picture's path with forward slashes; Invalid where it cannot be kept."""
    return text.clean(name.replace("\\", "/"), limit=1000, where=where)


def check_size(path: Path) -> None:
    """Raise Invalid for a file that is too large to be read whole."""
    if path.stat().st_size > MAX_BYTES:
        raise Invalid(f"The file is larger than {MAX_BYTES // 1024**2} MB.")


def load_json(path: Path) -> JSON:
    """A JSON file in which no key stands twice in one object."""
    check_size(path)
    return parse_json(path.read_bytes())


def parse_json(data: bytes) -> JSON:
    """The same of text that is read already."""
    try:
        found: JSON = json.loads(data, object_pairs_hook=_each_key_once)
    except RecursionError as error:
        raise Invalid("The text is nested too deeply.") from error
    except ValueError as error:
        raise Invalid(f"The text is not JSON: {error}") from error
    return found


def _each_key_once(pairs: Sequence[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Invalid(f"The key {twice!r} stands twice in one object: one would be lost.")
    return found


def number(text: str | None) -> float | None:
    """What the text says, where it is a finite number."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def finite(value: JSON) -> float | None:
    """The number, where it is one and finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # a whole number that no float holds
        return None


def within(row: Row, width: int, height: int) -> tuple[tuple[float, float, float, float], float]:
    """The edges clipped to the picture, and by how many pixels at most.

    Files round: an edge may lie over the border by a pixel, or by half a percent of the side.
    Raises Invalid for one that lies further out: it is probably of another picture or scale.
    """
    over = 0.0
    edges = []
    for name, value, size in zip(
        ("x1", "y1", "x2", "y2"), row[1:], (width, height) * 2, strict=True
    ):
        beyond = round(max(-value, value - size), 4)
        if beyond > max(1.0, 0.005 * size):
            raise Invalid(f"{name} = {value:g} lies outside the picture (0 to {size})")
        over = max(over, beyond)
        edges.append(min(max(value, 0.0), float(size)))
    return (edges[0], edges[1], edges[2], edges[3]), over

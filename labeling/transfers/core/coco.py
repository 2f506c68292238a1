"""Reads a COCO detection file into boxes per picture, and says what it could not use."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from labeling.kernel import text
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON

MAX_BYTES = 500 * 1024**2
KEYS = ("images", "annotations", "categories")
Id: TypeAlias = int | str | None
T = TypeVar("T")
Row = tuple[int, float, float, float, float]  # class position, x1 y1 x2 y2


@dataclass
class Coco:
    """What a COCO file says, by picture name."""

    classes: list[str]  # in the file's order
    boxes: dict[str, list[Row]]
    sizes: dict[str, tuple[int, int]]  # width, height as the file states them
    records: list[dict[str, JSON]]  # the image records, for filters such as a licence
    digests: dict[str, str] = field(default_factory=dict)  # SHA-256, as our own exports state it
    # place, picture or empty, reason
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, str]] = field(default_factory=list)


def read_coco(path: Path) -> Coco:
    """Parse and check the file; raises Invalid with place and remedy if it is no COCO file.

    A bad annotation does not spoil the file: it is listed in `refused`. What could give boxes to
    the wrong picture does: a key, an id or a file name that stands twice.
    """
    return parse_coco(load(path))


def load(path: Path) -> JSON:
    """A JSON file in which no key stands twice in one object."""
    if path.stat().st_size > MAX_BYTES:
        raise Invalid(f"The file is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        found: JSON = json.loads(path.read_bytes(), object_pairs_hook=_each_key_once)
    except RecursionError as error:
        raise Invalid("The file is nested too deeply.") from error
    except ValueError as error:
        raise Invalid(f"The file is not JSON: {error}") from error
    return found


def _each_key_once(pairs: Sequence[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Invalid(f"The key {twice!r} stands twice in one object: one would be lost.")
    return found


def recognises(data: JSON) -> bool:
    """Whether this is meant as a COCO file, be it a bad one."""
    return isinstance(data, dict) and sum(key in data for key in KEYS) > 1


def parse_coco(data: JSON) -> Coco:
    """Check what `load` gave; see `read`."""
    if not isinstance(data, dict):
        raise Invalid('A COCO file is an object with "images", "annotations", "categories".')
    lists: dict[str, list[JSON]] = {}
    for key in KEYS:
        rows = data.get(key)
        if not isinstance(rows, list):
            raise Invalid(f'The COCO file has no list "{key}".', where=key)
        lists[key] = rows
    names: dict[Id, int] = {}
    classes: list[str] = []
    for i, category in enumerate(lists["categories"]):
        category = category if isinstance(category, dict) else {}
        name = category.get("name")
        if not isinstance(name, str) or not name.strip() or "id" not in category:
            raise Invalid(f"categories[{i}]: a category needs an id and a name.")
        _register(names, category["id"], len(classes), f"categories[{i}]")
        classes.append(text.clean(name.strip(), limit=100, where=f"categories[{i}]"))
    files: dict[Id, str] = {}
    result = Coco(classes, {}, {}, [])
    for i, image in enumerate(lists["images"]):
        _add_image(result, files, image, f"images[{i}]")
    seen: dict[str, set[Row]] = {}
    for i, row in enumerate(lists["annotations"]):
        _add(result, names, files, seen, row, f"annotations[{i}]")
    return result


def _add_image(result: Coco, files: dict[Id, str], image: JSON, where: str) -> None:
    image = image if isinstance(image, dict) else {}
    name = image.get("file_name")
    if not isinstance(name, str) or not name.strip() or "id" not in image:
        raise Invalid(f"{where}: an image needs an id and a file_name.")
    name = text.clean(name.replace("\\", "/"), limit=1000, where=where)
    if name in result.boxes:
        raise Invalid(
            f"{where}: the file_name {name!r} stands twice, so nobody can tell whose boxes are "
            "whose. Give every picture one entry."
        )
    _register(files, image["id"], name, where)
    result.boxes[name] = []
    result.records.append(image)
    width, height, digest = image.get("width"), image.get("height"), image.get("sha256")
    if isinstance(width, int) and isinstance(height, int):
        result.sizes[name] = (width, height)
    if isinstance(digest, str):
        result.digests[name] = digest.lower()


def _register(known: dict[Id, T], id: JSON, value: T, where: str) -> None:
    key = _key(id)
    if key is None:
        raise Invalid(f"{where}: an id is a whole number or a text, not {id!r}.")
    if key in known:
        raise Invalid(f"{where}: the id {id!r} stands twice, so nobody can tell which is meant.")
    known[key] = value


def _key(value: JSON) -> Id:
    """1 and 1.0 are one id, 1 and true are not."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None


def _add(
    result: Coco,
    names: dict[Id, int],
    files: dict[Id, str],
    seen: dict[str, set[Row]],
    row: JSON,
    where: str,
) -> None:
    if not isinstance(row, dict):
        result.refused.append((where, "", "not an object"))
        return
    name = files.get(_key(row.get("image_id")))
    kind = names.get(_key(row.get("category_id")))
    if name is None:
        reason = f"image {row.get('image_id')!r} is not in the file"
    elif kind is None:
        reason = f"category {row.get('category_id')!r} is not in the file"
    elif row.get("iscrowd"):
        reason = "a crowd region is not a box"
    elif (edges := _edges(row.get("bbox"))) is None:
        reason = "bbox must be four finite numbers: x, y, width, height"
    else:
        box: Row = (kind, *edges)
        if box in seen.setdefault(name, set()):
            result.changed.append((where, name, "the same box stands twice; it is taken once"))
        else:
            seen[name].add(box)
            result.boxes[name].append(box)
        return
    result.refused.append((where, name or "", reason))


def _edges(box: JSON) -> tuple[float, float, float, float] | None:
    numbers = [_finite(value) for value in box] if isinstance(box, list) else []
    found = [value for value in numbers if value is not None]
    if len(numbers) != 4 or len(found) != 4:
        return None
    x, y, w, h = found
    edges = (x, y, x + w, y + h)
    return edges if all(map(math.isfinite, edges)) else None


def _finite(value: JSON) -> float | None:
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

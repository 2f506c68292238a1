"""Reads a COCO detection file into boxes per picture, and says what it could not use."""

import math
from pathlib import Path
from typing import TypeAlias, TypeVar

from labeling.kernel import text
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON
from labeling.transfers.core.annotation_file import AnnotationFile, Row, finite, load_json

KEYS = ("images", "annotations", "categories")
Id: TypeAlias = int | str | None
T = TypeVar("T")


def read_coco(path: Path) -> AnnotationFile:
    """Parse and check the file; raises Invalid with place and remedy if it is no COCO file.

    A bad annotation does not spoil the file: it is listed in `refused`. What could give boxes to
    the wrong picture does: a key, an id or a file name that stands twice.
    """
    return parse_coco(load_json(path))


def recognises(data: JSON) -> bool:
    """Whether this is meant as a COCO file, be it a bad one."""
    return isinstance(data, dict) and sum(key in data for key in KEYS) > 1


def parse_coco(data: JSON) -> AnnotationFile:
    """Check what `load_json` gave; see `read_coco`."""
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
    result = AnnotationFile(classes)
    for i, image in enumerate(lists["images"]):
        _add_image(result, files, image, f"images[{i}]")
    seen: dict[str, set[Row]] = {}
    for i, row in enumerate(lists["annotations"]):
        _add(result, names, files, seen, row, f"annotations[{i}]")
    return result


def _add_image(result: AnnotationFile, files: dict[Id, str], image: JSON, where: str) -> None:
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
    result: AnnotationFile,
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
    numbers = [finite(value) for value in box] if isinstance(box, list) else []
    found = [value for value in numbers if value is not None]
    if len(numbers) != 4 or len(found) != 4:
        return None
    x, y, w, h = found
    edges = (x, y, x + w, y + h)
    return edges if all(map(math.isfinite, edges)) else None

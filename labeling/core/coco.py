"""Reads a COCO detection file into boxes per picture, and says what it could not use."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labeling.errors import Invalid

MAX_BYTES = 500 * 1024**2


@dataclass
class Coco:
    """What a COCO file says, by picture name."""

    classes: list[str]  # in the file's order
    boxes: dict[str, list[tuple[int, float, float, float, float]]]  # class position, x1 y1 x2 y2
    sizes: dict[str, tuple[int, int]]  # width, height as the file states them
    records: list[dict[str, Any]]  # the image records, for filters such as a licence
    refused: list[tuple[str, str]] = field(default_factory=list)  # place, reason


def read(path: Path) -> Coco:
    """Parse and check the file; raises Invalid with place and remedy if it is no COCO file.

    A bad annotation does not spoil the file: it is listed in `refused`.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Invalid(f"The COCO file is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        data = json.loads(path.read_bytes())
    except RecursionError as error:
        raise Invalid("The COCO file is nested too deeply.") from error
    except ValueError as error:
        raise Invalid(f"The COCO file is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise Invalid('A COCO file is an object with "images", "annotations", "categories".')
    for key in ("images", "annotations", "categories"):
        if not isinstance(data.get(key), list):
            raise Invalid(f'The COCO file has no list "{key}".', where=key)
    names: dict[Any, int] = {}
    classes: list[str] = []
    for i, category in enumerate(data["categories"]):
        name = category.get("name") if isinstance(category, dict) else None
        if not isinstance(name, str) or not name.strip() or "id" not in category:
            raise Invalid("A category needs an id and a name.", where=f"categories[{i}]")
        names[_key(category["id"])] = len(classes)
        classes.append(name.strip())
    files: dict[Any, str] = {}
    result = Coco(classes, {}, {}, [])
    for i, image in enumerate(data["images"]):
        name = image.get("file_name") if isinstance(image, dict) else None
        if not isinstance(name, str) or "id" not in image:
            raise Invalid("An image needs an id and a file_name.", where=f"images[{i}]")
        files[_key(image["id"])] = name
        result.boxes[name] = []
        result.records.append(image)
        if isinstance(image.get("width"), int) and isinstance(image.get("height"), int):
            result.sizes[name] = (image["width"], image["height"])
    for i, row in enumerate(data["annotations"]):
        _add(result, names, files, row, f"annotations[{i}]")
    return result


def _key(value: Any) -> Any:
    return value if isinstance(value, (int, str)) else repr(value)


def _add(result: Coco, names: dict[Any, int], files: dict[Any, str], row: Any, where: str) -> None:
    if not isinstance(row, dict):
        result.refused.append((where, "not an object"))
        return
    name = files.get(_key(row.get("image_id")))
    kind = names.get(_key(row.get("category_id")))
    box = row.get("bbox")
    if name is None:
        result.refused.append((where, f"image {row.get('image_id')!r} is not in the file"))
    elif kind is None:
        result.refused.append((where, f"category {row.get('category_id')!r} is not in the file"))
    elif row.get("iscrowd"):
        result.refused.append((where, "a crowd region is not a box"))
    elif not isinstance(box, list) or len(box) != 4 or not all(map(_is_finite, box)):
        result.refused.append((where, "bbox must be four finite numbers: x, y, width, height"))
    else:
        x, y, w, h = (float(v) for v in box)
        result.boxes[name].append((kind, x, y, x + w, y + h))


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False

"""COCO detection files: reads boxes per picture, says what it could not use, and writes them."""

import json
import math
import shutil
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from labeling.kernel import text
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON
from labeling.transfers.core.annotation_file import AnnotationFile, Row, finite, load_json
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.export_writer import ExportRow, JsonList, Setup, Writer

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


class CocoWriter(Writer):
    """One file, or one for each side of a split; category ids are class index + 1.

    `sha256` is of the original file: by it an import finds the image again, whatever it is called.
    """

    def __init__(self, package: Package, setup: Setup) -> None:
        super().__init__(package, setup)
        self._lists = {
            split: (JsonList(package.scratch()), JsonList(package.scratch()))
            for split in setup.splits
        }
        self._boxes = 0

    def add(self, row: ExportRow) -> None:
        """An entry for the image, and one for each box."""
        images, annotations = self._lists[row.split]
        record = {
            "id": row.number,
            "file_name": self.called(row),
            "width": row.width,
            "height": row.height,
            "sha256": row.digest,
        }
        images.add(json.dumps(record, ensure_ascii=False))
        for box in row.boxes:
            self._boxes += 1
            annotations.add(json.dumps(_coco_box(self._boxes, row, box)))

    def finish(self) -> None:
        """Classes come last, so that one added meanwhile is among them."""
        categories = [{"id": i + 1, "name": name} for i, name in self.setup.classes.items()]
        for split, lists in self._lists.items():
            file = self.package.text(f"annotations/instances_{split or 'all'}.json")
            file.write('{"info": ' + json.dumps({"description": self.setup.title}))
            for key, entries in zip(KEYS, lists, strict=False):
                file.write(f', "{key}": [')
                entries.file.seek(0)
                shutil.copyfileobj(entries.file, file)
                file.write("]")
            file.write(', "categories": ' + json.dumps(categories, ensure_ascii=False) + "}\n")


def _coco_box(number: int, row: ExportRow, box: Box) -> dict[str, Any]:
    width, height = box["x2"] - box["x1"], box["y2"] - box["y1"]
    return {
        "id": number,
        "image_id": row.number,
        "category_id": box["class_id"] + 1,
        "bbox": [box["x1"], box["y1"], round(width, 4), round(height, 4)],
        "area": round(width * height, 4),
        "iscrowd": 0,
        "attributes": {"source": row.source, **({"score": box["score"]} if "score" in box else {})},
    }

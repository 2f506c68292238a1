"""Label Studio's tasks (JSON), boxes in percent of the picture: reads them and writes them."""

import json
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON
from labeling.transfers.core.annotation_file import AnnotationFile, finite, picture_name
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.export_writer import ExportRow, JsonList, Setup, Writer

BOXES = "rectanglelabels"
LOCAL = "/data/local-files/?d="  # before a file of the folder that it serves
DECIMALS = 8  # of percents: pixels have four, and a side up to 20,000
UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")  # what it puts before the name of an uploaded file


def recognises(data: JSON) -> bool:
    """Whether this is meant as a list of tasks."""
    if not isinstance(data, list):
        return False
    first = next((one for one in data if isinstance(one, dict)), {})
    return isinstance(first, dict) and "data" in first and _answers(first) is not None


def parse_label_studio(data: JSON) -> AnnotationFile:
    """Boxes by picture, of each task's last annotation that was not cancelled.

    Predictions are left alone. A task without an annotation says nothing of its picture. Raises
    Invalid for a task that names no picture, or one that another task names, too.
    """
    found = AnnotationFile(in_shares=True)
    for place, task in enumerate(data if isinstance(data, list) else []):
        where = f"task {place}"
        if not isinstance(task, dict):
            found.refused.append((where, "", "not an object"))
            continue
        done = [
            one
            for one in _answers(task) or []
            if isinstance(one, dict) and not one.get("was_cancelled")
        ]
        if not done:
            continue
        name = _picture(task, where, found)
        if len(done) > 1:
            found.changed.append((where, name, f"{len(done)} annotations; the last one is taken"))
        results = done[-1].get("result")
        for number, row in enumerate(results if isinstance(results, list) else [], 1):
            _add(found, name, row, f"{where}, result {number}")
    return found


def _answers(task: dict[str, Any]) -> list[JSON] | None:
    for key in ("annotations", "completions"):  # the second: before version 1.0
        if isinstance(task.get(key), list):
            return task[key]  # type: ignore[no-any-return]
    return None


def _picture(task: dict[str, Any], where: str, found: AnnotationFile) -> str:
    """The picture's name; what uploading put before it may be left out, too."""
    given = task.get("data")
    fields = given if isinstance(given, dict) else {}
    texts = [value for value in fields.values() if isinstance(value, str) and value.strip()]
    named = [fields[key] for key in ("image", "img", "url") if fields.get(key) in texts]
    address = next(iter([*named, *texts]), "")
    if not address:
        raise Invalid(f"{where}: the task names no picture.")
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Invalid(f"{where}: {address[:80]!r} is no address of a picture: {error}") from error
    local = parse_qs(parts.query).get("d", [])  # of /data/local-files/?d=folder/photo.jpg
    name = picture_name(local[0] if local else unquote(parts.path).lstrip("/"), where)
    if name in found.boxes:
        raise Invalid(f"{where}: another task is of {name!r}, too. Give every picture one task.")
    found.boxes[name] = []
    path = PurePosixPath(name)
    if UPLOADED.match(path.name):
        found.also[name] = UPLOADED.sub("", path.name)
    return name


def _add(found: AnnotationFile, name: str, row: JSON, where: str) -> None:
    row = row if isinstance(row, dict) else {}
    value = row.get("value")
    value = value if isinstance(value, dict) else {}
    kinds = value.get(BOXES)
    if row.get("type") != BOXES or not isinstance(kinds, list):
        if row.get("type") not in ("choices", "rating", "textarea"):  # said of the whole picture
            found.refused.append((where, name, f"a {row.get('type')} is not a box with a class"))
        return
    numbers = [finite(value.get(key)) for key in ("x", "y", "width", "height")]
    if None in numbers:
        found.refused.append((where, name, "it needs four numbers: x, y, width, height"))
    elif value.get("rotation"):
        found.refused.append((where, name, "a box that is turned cannot be kept"))
    elif len(kinds) != 1:
        found.refused.append((where, name, f"it has {len(kinds)} classes; a box has one"))
    else:
        x, y, width, height = (n / 100 for n in numbers if n is not None)
        try:
            found.add(name, str(kinds[0]), (x, y, x + width, y + height), where)
        except Invalid as error:
            found.refused.append((where, name, error.message))


class LabelStudioWriter(Writer):
    """Tasks to import there: pictures from its local files, names as in its template for boxes.

    An image without a label is a task without an annotation.
    """

    def __init__(self, package: Package, setup: Setup) -> None:
        super().__init__(package, setup)
        self._tasks = JsonList(package.text("tasks.json"))
        self._tasks.file.write("[")

    def add(self, row: ExportRow) -> None:
        """The image's task."""
        data = {"image": LOCAL + quote(self.path(row))}
        if row.split:
            data["split"] = row.split
        done = [{"result": [self._result(row, box, i) for i, box in enumerate(row.boxes, 1)]}]
        task = {"data": data, "annotations": done if row.source else []}
        self._tasks.add(json.dumps(task, ensure_ascii=False))

    def finish(self) -> None:
        """The end of the list."""
        self._tasks.file.write("]\n")

    def _result(self, row: ExportRow, box: Box, place: int) -> dict[str, Any]:
        def percent(pixels: float, side: int) -> float:
            return round(100 * pixels / side, DECIMALS)

        return {
            "id": f"box-{place}",
            "type": BOXES,
            "from_name": "label",
            "to_name": "image",
            "original_width": row.width,
            "original_height": row.height,
            "image_rotation": 0,
            "value": {
                "x": percent(box["x1"], row.width),
                "y": percent(box["y1"], row.height),
                "width": percent(box["x2"] - box["x1"], row.width),
                "height": percent(box["y2"] - box["y1"], row.height),
                "rotation": 0,
                BOXES: [self.setup.classes[box["class_id"]]],
            },
        }

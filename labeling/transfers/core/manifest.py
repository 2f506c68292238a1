"""Ground Truth's manifests, a line of JSON an image: reads both kinds and writes the output's."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import JSON
from labeling.transfers.core.annotation_file import (
    AnnotationFile,
    check_size,
    finite,
    parse_json,
    picture_name,
)
from labeling.transfers.core.export_writer import ExportRow, Writer

PICTURE = "source-ref"
METADATA = "-metadata"  # an attribute's name with this has what is said of it
TYPE = "groundtruth/object-detection"
SIDES = ("left", "top", "width", "height")
BUCKET = "s3://"


class Attribute(NamedTuple):
    """Boxes of one labelling job in a line."""

    created: str  # ISO, so that it sorts; empty where the line does not say
    place: int  # in the line
    name: str
    content: dict[str, Any]
    metadata: dict[str, Any]


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a manifest: its lines name their pictures so."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and f'"{PICTURE}"'.encode() in head


def read_manifest(path: Path) -> AnnotationFile:
    """Boxes by picture; of several attributes with boxes the one that was made last.

    A line without boxes, as input manifests have them, names its picture and says nothing of it.
    A line that cannot be used is refused. Raises Invalid where two are of one picture, since
    nobody could tell whose boxes hold.
    """
    check_size(path)
    found = AnnotationFile()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                continue
            where = f"line {number}"
            try:
                name, fields = _picture(line, where)
            except Invalid as error:
                found.refused.append((where, "", error.message))
                continue
            if name in found.boxes or name in found.listed:
                raise Invalid(
                    f"{where}: an earlier line is of {name!r}, too. Give every picture one line."
                )
            _add(found, name, fields, where)
    return found


def _picture(line: bytes, where: str) -> tuple[str, dict[str, JSON]]:
    """The name of the line's picture, and all that the line says."""
    fields = parse_json(line.removeprefix(b"\xef\xbb\xbf"))
    address = fields.get(PICTURE) if isinstance(fields, dict) else None
    if not isinstance(fields, dict) or not isinstance(address, str) or not address.strip():
        raise Invalid(f'it has no "{PICTURE}" that names a picture')
    if address.startswith(BUCKET):  # keys of buckets are not escaped
        address = address.removeprefix(BUCKET).partition("/")[2]
    elif address.startswith(("http://", "https://")):
        try:
            address = unquote(urlsplit(address).path).lstrip("/")
        except ValueError as error:
            raise Invalid(f"{address[:80]!r} is no address of a picture: {error}") from error
    return picture_name(address, where), fields


def _add(found: AnnotationFile, name: str, fields: dict[str, JSON], where: str) -> None:
    attributes = sorted(_attributes(found, fields))
    if not attributes:
        found.listed.append(name)
        return
    last = attributes[-1]
    if len(attributes) > 1:
        names = ", ".join(one.name for one in attributes)
        reason = f"{len(attributes)} attributes with boxes ({names}); the last one made is taken"
        found.changed.append((where, name, reason))
    found.boxes[name] = []
    _keep_size(found, name, last.content.get("image_size"))
    classes = last.metadata.get("class-map")
    classes = classes if isinstance(classes, dict) else {}
    for place, box in enumerate(last.content["annotations"], 1):
        told = f"{where}, box {place}"
        box = box if isinstance(box, dict) else {}
        numbers = [n for n in (finite(box.get(side)) for side in SIDES) if n is not None]
        kind = classes.get(str(box.get("class_id")))
        if len(numbers) < len(SIDES):
            found.refused.append((told, name, f"it needs four numbers: {', '.join(SIDES)}"))
        elif kind is None:
            reason = f"class {box.get('class_id')} has no name in the class-map"
            found.refused.append((told, name, reason))
        else:
            left, top, width, height = numbers
            try:
                found.add(name, kind, (left, top, left + width, top + height), told)
            except Invalid as error:
                found.refused.append((told, name, error.message))


def _attributes(found: AnnotationFile, fields: dict[str, JSON]) -> Iterator[Attribute]:
    """Those with boxes; others that a labelling job made are counted as left out."""
    for place, (name, content) in enumerate(fields.items()):
        metadata = fields.get(f"{name}{METADATA}")
        if not isinstance(metadata, dict):
            continue
        if isinstance(content, dict) and isinstance(content.get("annotations"), list):
            created = metadata.get("creation-date")
            yield Attribute(
                created if isinstance(created, str) else "", place, name, content, metadata
            )
        else:
            found.left_out[f"attribute {name} ({metadata.get('type', 'of no type')})"] += 1


def _keep_size(found: AnnotationFile, name: str, sizes: JSON) -> None:
    size = sizes[0] if isinstance(sizes, list) and sizes else None
    if isinstance(size, dict):
        width, height = finite(size.get("width")), finite(size.get("height"))
        if width and height:
            found.sizes[name] = (int(width), int(height))


class ManifestWriter(Writer):
    """One JSON line an image, as Ground Truth writes it (docs/algorithms.md 8.4).

    Images without a label keep the bare line of the input manifest.
    """

    def add(self, row: ExportRow) -> None:
        """The image's line."""
        line: dict[str, Any] = {PICTURE: self.path(row)}
        if row.split:
            line["split"] = row.split
        if row.source:
            line |= self._label(row)
        self.package.text("output.manifest").write(json.dumps(line, ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """A job without an image has an empty manifest."""
        self.package.text("output.manifest")

    def _label(self, row: ExportRow) -> dict[str, Any]:
        attribute = self.setup.attribute
        assert isinstance(row.created_at, datetime)
        used = sorted({box["class_id"] for box in row.boxes})
        return {
            attribute: {
                "image_size": [{"width": row.width, "height": row.height, "depth": 3}],
                "annotations": [_whole_pixels(box, row) for box in row.boxes],
            },
            f"{attribute}{METADATA}": {
                "objects": [{"confidence": round(c, 2)} for c in row.confidences],
                "class-map": {str(i): self.setup.classes[i] for i in used},
                "type": TYPE,
                "human-annotated": "no" if row.source == "auto" else "yes",
                "creation-date": row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
                "job-name": f"labeling-job/{attribute}",
            },
        }


def _whole_pixels(box: Box, row: ExportRow) -> dict[str, int]:
    left, top = min(round(box["x1"]), row.width - 1), min(round(box["y1"]), row.height - 1)
    return {
        "class_id": box["class_id"],
        "left": left,
        "top": top,
        "width": max(1, min(round(box["x2"]), row.width) - left),
        "height": max(1, min(round(box["y2"]), row.height) - top),
    }

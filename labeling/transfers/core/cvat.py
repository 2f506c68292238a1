"""CVAT for images 1.1, one XML file for many pictures: reads it and writes it."""

import shutil
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from labeling.kernel.errors import Invalid
from labeling.transfers.core.annotation_file import (
    AnnotationFile,
    check_size,
    number,
    picture_name,
)
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.export_writer import ExportRow, Setup, Writer, decimal
from labeling.transfers.core.xml_text import child, safe, written

EDGES = ("xtl", "ytl", "xbr", "ybr")
OTHERS = ("polygon", "polyline", "points", "mask", "ellipse", "cuboid", "skeleton")


def read_cvat(path: Path) -> AnnotationFile:
    """Boxes by picture; other shapes, and boxes that are turned, are refused.

    Raises Invalid where the file is no XML, is of a video, or names a picture twice.
    """
    check_size(path)
    found = AnnotationFile()
    try:
        for _, item in iterparse(path, events=("end",)):
            if item.tag == "track":
                raise Invalid("It holds tracks of a video; export the task as CVAT for images 1.1.")
            if item.tag == "image":
                _add_picture(found, item)
                item.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid(f"The file is not readable XML: {error}") from error
    return found


def _add_picture(found: AnnotationFile, item: Element) -> None:
    where = f"image {item.get('id', len(found.boxes))}"
    if not (name := item.get("name", "").strip()):
        raise Invalid(f"{where}: an image needs a name.")
    name = picture_name(name, where)
    if name in found.boxes:
        raise Invalid(f"{where}: the name {name!r} stands twice. Give every picture one entry.")
    found.boxes[name] = []
    width, height = number(item.get("width")), number(item.get("height"))
    if width and height:
        found.sizes[name] = (int(width), int(height))
    for place, shape in enumerate(item, 1):
        told = f"shape {place}"
        if shape.tag in OTHERS:
            found.refused.append((told, name, f"a {shape.tag} is not a box"))
        elif shape.tag == "box":
            _add_box(found, name, shape, told)


def _add_box(found: AnnotationFile, name: str, shape: Element, where: str) -> None:
    edges = [number(shape.get(edge)) for edge in EDGES]
    if None in edges:
        found.refused.append((where, name, "it needs four numbers: xtl, ytl, xbr, ybr"))
    elif number(shape.get("rotation", "0")):
        found.refused.append((where, name, "a box that is turned cannot be kept"))
    else:
        try:
            found.add(name, shape.get("label", ""), [e for e in edges if e is not None], where)
        except Invalid as error:
            found.refused.append((where, name, error.message))


class CvatWriter(Writer):
    """What CVAT takes into a task that has the pictures; a split is told as its subset."""

    def __init__(self, package: Package, setup: Setup) -> None:
        super().__init__(package, setup)
        self._images = package.scratch()
        self._count = 0

    def add(self, row: ExportRow) -> None:
        """The image with its boxes."""
        image = Element("image", id=str(self._count), name=safe(self.called(row)))
        image.attrib |= {"width": str(row.width), "height": str(row.height)}
        if row.split:
            image.set("subset", row.split)
        for box in row.boxes:
            edges = zip(EDGES, (box["x1"], box["y1"], box["x2"], box["y2"]), strict=True)
            child(
                image,
                "box",
                label=self.setup.classes[box["class_id"]],
                source="auto" if row.source == "auto" else "manual",
                occluded="0",
                z_order="0",
                **{name: decimal(value) for name, value in edges},
            )
        self._images.write(written(image))
        self._count += 1

    def finish(self) -> None:
        """The labels come first in the file, so it is put together at the end."""
        meta = Element("meta")
        task = child(meta, "task")
        child(task, "name", self.setup.title)
        child(task, "size", str(self._count))
        child(task, "mode", "annotation")
        labels = child(task, "labels")
        for name in self.setup.classes.values():
            label = child(labels, "label")
            child(label, "name", name)
            child(label, "type", "rectangle")
            child(label, "attributes")
        file = self.package.text("annotations.xml")
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n')
        file.write("<version>1.1</version>\n" + written(meta))
        self._images.seek(0)
        shutil.copyfileobj(self._images, file)
        file.write("</annotations>\n")

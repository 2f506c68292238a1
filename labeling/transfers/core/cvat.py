"""Reads annotations of CVAT for images 1.1: one XML file for many pictures."""

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

"""Reads Pascal VOC annotations: an XML file for each picture."""

from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, parse

from labeling.kernel.errors import Invalid
from labeling.transfers.core.annotation_file import (
    AnnotationFile,
    check_size,
    number,
    picture_name,
)

EDGES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(path: Path) -> AnnotationFile:
    """Boxes of the one picture. Edges are taken as they stand: most tools write them from 0, the
    original data set from 1, a difference of a pixel that no file tells.

    Raises Invalid where the file is no XML or names no picture.
    """
    check_size(path)
    try:
        root: Element = parse(path).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid(f"The file is not readable XML: {error}") from error
    name = (root.findtext("filename") or "").strip()
    if not name:
        raise Invalid("The file names no picture: <filename> is missing or empty.")
    name = picture_name(name, "filename")
    found = AnnotationFile(boxes={name: []})
    width, height = (number(root.findtext(f"size/{side}")) for side in ("width", "height"))
    if width and height:
        found.sizes[name] = (int(width), int(height))
    for place, item in enumerate(root.iter("object"), 1):
        where = f"object {place}"
        edges = [number(item.findtext(f"bndbox/{edge}")) for edge in EDGES]
        if None in edges:
            reason = "it has no <bndbox> of four numbers: xmin, ymin, xmax, ymax"
            found.refused.append((where, name, reason))
            continue
        try:
            kind = (item.findtext("name") or "").strip()
            found.add(name, kind, [e for e in edges if e is not None], where)
        except Invalid as error:
            found.refused.append((where, name, error.message))
    return found

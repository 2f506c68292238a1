"""Pascal VOC annotations, an XML file for each picture: reads them and writes them."""

from pathlib import Path
from typing import TextIO
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
from labeling.transfers.core.export_names import stem_of
from labeling.transfers.core.export_writer import ExportRow, Writer, decimal
from labeling.transfers.core.xml_text import child, written

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


class VocWriter(Writer):
    """The folders of the original data set. Edges are written as they are read, from 0."""

    def add(self, row: ExportRow) -> None:
        """The image's file, and its place in the list of its split."""
        root = Element("annotation")
        child(root, "folder", "JPEGImages")
        child(root, "filename", self.called(row))
        child(child(root, "source"), "database", self.setup.title)
        size = child(root, "size")
        for tag, value in (("width", row.width), ("height", row.height), ("depth", 3)):
            child(size, tag, str(value))
        child(root, "segmented", "0")
        for box in row.boxes:
            item = child(root, "object")
            child(item, "name", self.setup.classes[box["class_id"]])
            child(item, "pose", "Unspecified")
            child(item, "truncated", "0")
            child(item, "difficult", "0")
            place = child(item, "bndbox")
            for tag, edge in zip(EDGES, (box["x1"], box["y1"], box["x2"], box["y2"]), strict=True):
                child(place, tag, decimal(edge))
        stem = stem_of(row.file)
        self.package.add(f"Annotations/{stem}.xml", written(root))
        self._list(row.split).write(f"{stem}\n")

    def finish(self) -> None:
        """Who reads the lists wants each, be it empty."""
        for split in self.setup.splits:
            self._list(split)

    def picture(self, row: ExportRow) -> str:
        """Where the original data set has it."""
        return f"JPEGImages/{row.file}"

    def _list(self, split: str) -> TextIO:
        return self.package.text(f"ImageSets/Main/{split or 'trainval'}.txt")

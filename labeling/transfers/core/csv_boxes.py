"""Tables of boxes (CSV), a row a box: reads them by the names of their columns and writes them."""

import csv
from pathlib import Path

from labeling.kernel.errors import Invalid
from labeling.transfers.core.annotation_file import (
    AnnotationFile,
    check_size,
    number,
    picture_name,
)
from labeling.transfers.core.csv_text import cell, value_of
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.export_writer import ExportRow, Setup, Writer, decimal

COLUMNS = (
    *("image", "width", "height", "class", "x1", "y1", "x2", "y2"),
    *("score", "source", "split"),
)
EDGES = ("x1", "y1", "x2", "y2")
NEEDED = ("image", "class", *EDGES)
DELIMITERS = ",;\t"
# what others call our columns; in small letters, without anything but letters and digits
ALSO = {
    "filename": "image",
    "file": "image",
    "imagename": "image",
    "imagepath": "image",
    "path": "image",
    "label": "class",
    "classname": "class",
    "labelname": "class",
    "category": "class",
    "imagewidth": "width",
    "imageheight": "height",
    "xmin": "x1",
    "ymin": "y1",
    "xmax": "x2",
    "ymax": "y2",
    "left": "x1",
    "top": "y1",
    "right": "x2",
    "bottom": "y2",
}
HEADER = (
    "Its first line must name the columns: image, class, x1, y1, x2, y2 (or filename, label, xmin, "
    "ymin, xmax, ymax), with edges in pixels."
)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a table of boxes: its first line names the columns."""
    columns, _ = _columns(head.decode("utf-8-sig", "replace"))
    return columns.keys() >= set(NEEDED)


def _columns(text: str) -> tuple[dict[str, int], str]:
    """The places of our columns in the first line, and what stands between two."""
    first = (text.splitlines() or [""])[0]
    delimiter = max(DELIMITERS, key=first.count)
    columns: dict[str, int] = {}
    for place, title in enumerate(next(csv.reader([first], delimiter=delimiter), [])):
        plain = "".join(filter(str.isalnum, title.lower()))
        columns.setdefault(ALSO.get(plain, plain), place)
    return columns, delimiter


def read_csv(path: Path) -> AnnotationFile:
    """Boxes by picture; a row whose class and edges are empty is a picture without an object.

    Raises Invalid where the text cannot be read, or the edges seem to be no pixels.
    """
    check_size(path)
    found = AnnotationFile()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns, delimiter = _columns(file.readline())
            rows = csv.reader(file, delimiter=delimiter)
            for cells in rows:
                if any(map(str.strip, cells)):
                    fields = {name: cells[i] for name, i in columns.items() if i < len(cells)}
                    _add(found, fields, f"line {rows.line_num + 1}", comma=delimiter == ";")
    except UnicodeDecodeError as error:
        raise Invalid("The table is not UTF-8; save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise Invalid(f"The table is not readable CSV: {error}") from error
    edges = [edge for boxes in found.boxes.values() for box in boxes for edge in box[1:]]
    if edges and max(edges) <= 1:
        raise Invalid(
            "No edge is beyond 1, so these seem to be shares of the pictures' sides. Write pixels."
        )
    return found


def _add(found: AnnotationFile, fields: dict[str, str], where: str, *, comma: bool) -> None:
    """One row; `comma`: a decimal comma, as spreadsheets write it between semicolons."""

    def pixels(name: str) -> float | None:
        text = fields.get(name, "")
        return number(text.replace(",", ".") if comma else text)

    if not (name := value_of(fields.get("image", "")).strip()):
        found.refused.append((where, "", "it names no image"))
        return
    name = picture_name(name, where)
    found.boxes.setdefault(name, [])
    width, height = pixels("width"), pixels("height")
    if width and height:
        size = (int(width), int(height))
        if found.sizes.setdefault(name, size) != size:
            reason = f"an earlier row says {found.sizes[name][0]} x {found.sizes[name][1]} pixels"
            found.refused.append((where, name, f"{reason}: of another picture of this name?"))
            return
    kind, edges = value_of(fields.get("class", "")), [pixels(edge) for edge in EDGES]
    if not any(fields.get(column, "").strip() for column in ("class", *EDGES)):
        return
    if None in edges:
        found.refused.append((where, name, f"it needs four numbers: {', '.join(EDGES)}"))
        return
    try:
        found.add(name, kind, [edge for edge in edges if edge is not None], where)
    except Invalid as error:
        found.refused.append((where, name, error.message))


class CsvWriter(Writer):
    """A row a box, and one without box for an image that has none; as spreadsheets read it."""

    def __init__(self, package: Package, setup: Setup) -> None:
        super().__init__(package, setup)
        self._table = csv.writer(package.text("labels.csv"))
        self._table.writerow(COLUMNS)

    def add(self, row: ExportRow) -> None:
        """The image's rows."""
        about = [cell(self.called(row)), row.width, row.height]
        for box in row.boxes:
            edges = [decimal(e) for e in (box["x1"], box["y1"], box["x2"], box["y2"])]
            kind, score = cell(self.setup.classes[box["class_id"]]), box.get("score", "")
            self._table.writerow([*about, kind, *edges, score, row.source, row.split])
        if not row.boxes:
            self._table.writerow([*about, *[""] * (1 + len(EDGES)), "", row.source, row.split])

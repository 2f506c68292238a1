"""YOLO labels, a text file for each picture and one that names the classes: reads and writes."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from labeling.kernel.errors import Invalid
from labeling.transfers.core.annotation_file import class_name
from labeling.transfers.core.export_names import stem_of
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.export_writer import ExportRow, Setup, Writer

DESCRIPTIONS = (".yaml", ".yml")  # of a data set, with `names`
NAME_LISTS = ("classes.txt", "obj.names", "labels.txt")  # a name a line
MOST_BYTES = 1 << 20  # of a description
FOLDERS = ("images", "labels")  # by which tools find the labels of a picture
DECIMALS = 10  # of shares: pixels have four, and a side up to 20,000
FIELDS = 5  # class, centre x, centre y, width, height; a sixth is a model's confidence
# what PyYAML lets through of values that are not what their tag says
UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
Line = tuple[int, float, float, float, float]  # class, x1 y1 x2 y2 in shares of the picture


def is_description(name: str) -> bool:
    """Whether a file of this name may say what the classes are called."""
    path = PurePosixPath(name.lower())
    return path.suffix in DESCRIPTIONS or path.name in NAME_LISTS


def read_names(path: Path, name: str) -> dict[int, str] | None:
    """Class names by number; None where the file is about something else.

    Raises Invalid where it is meant as one and cannot be used.
    """
    if path.stat().st_size > MOST_BYTES:
        return None
    content = path.read_text("utf-8-sig", errors="replace")
    if PurePosixPath(name.lower()).suffix not in DESCRIPTIONS:
        rows = [line.strip() for line in content.splitlines() if line.strip()]
        return _named(dict(enumerate(rows)))
    try:
        found = yaml.safe_load(content)
    except (yaml.YAMLError, *UNREADABLE) as error:
        raise Invalid(f"The file is not readable YAML: {error}") from error
    names = found.get("names") if isinstance(found, dict) else None
    if isinstance(names, list):
        return _named(dict(enumerate(names)))
    return _named(names) if isinstance(names, dict) else None


def _named(names: Mapping[Any, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, name in names.items():
        if isinstance(number, bool) or not isinstance(number, int):
            raise Invalid(f"names: {number!r} is not the number of a class.")
        text = str(name) if isinstance(name, (int, float)) else name  # YAML reads 7 as a number
        found[number] = class_name(text, f"names[{number}]")
    return found


def is_labels(content: str) -> bool:
    """Whether a text begins like a label file: a class number, then shares of the picture."""
    words = (content.splitlines() or [""])[0].split()
    try:
        kind, *shares = [float(word) for word in words]
    except ValueError:
        return False
    return len(shares) >= FIELDS - 1 and kind.is_integer() and all(0 <= s <= 1 for s in shares)


def read_labels(content: str, names: dict[int, str]) -> tuple[list[Line], list[tuple[str, str]]]:
    """The boxes of a picture, and the place and reason of each line that cannot be used."""
    lines: list[Line] = []
    refused: list[tuple[str, str]] = []
    for place, text in enumerate(content.splitlines(), 1):
        if text.strip():
            found = _line(text.split(), names)
            if isinstance(found, str):
                refused.append((f"line {place}", found))
            else:
                lines.append(found)
    return lines, refused


def _line(words: Sequence[str], names: dict[int, str]) -> Line | str:
    try:
        kind, *shares = [float(word) for word in words]
    except ValueError:
        return "it must be numbers: class, x, y, width, height"
    if len(shares) > FIELDS:
        return "a polygon is not a box"
    if len(shares) < FIELDS - 1 or not all(map(math.isfinite, shares)):
        return "it must be five finite numbers: class, x, y, width, height"
    if not math.isfinite(kind) or not kind.is_integer() or int(kind) not in names:
        return f"class {words[0]} has no name"
    x, y, width, height = shares[:4]
    return int(kind), x - width / 2, y - height / 2, x + width / 2, y + height / 2


class YoloWriter(Writer):
    """The folders that Ultralytics reads. Classes are numbered without gaps, as it demands.

    A picture without a box has an empty file, which tells it from one without a label.
    """

    def __init__(self, package: Package, setup: Setup) -> None:
        super().__init__(package, setup)
        self._places: dict[int, int] = {}

    def add(self, row: ExportRow) -> None:
        """The label file."""
        if not self._places.keys() >= {box["class_id"] for box in row.boxes}:
            self._places = {index: place for place, index in enumerate(self.setup.classes)}
        lines = []
        for box in row.boxes:
            shares = (
                (box["x1"] + box["x2"]) / 2 / row.width,
                (box["y1"] + box["y2"]) / 2 / row.height,
                (box["x2"] - box["x1"]) / row.width,
                (box["y2"] - box["y1"]) / row.height,
            )
            words = " ".join(f"{share:.{DECIMALS}f}" for share in shares)
            lines.append(f"{self._places[box['class_id']]} {words}\n")
        labels = "/".join(filter(None, (FOLDERS[1], row.split, f"{stem_of(row.file)}.txt")))
        self.package.add(labels, "".join(lines))

    def picture(self, row: ExportRow) -> str:
        """In the folder beside the labels'."""
        return "/".join(filter(None, (FOLDERS[0], row.split, row.file)))

    def finish(self) -> None:
        """The description of the data set, with the names of the classes."""
        if self.setup.splits == ("",):
            places = {"train": FOLDERS[0], "val": FOLDERS[0]}
            head = "# No split was asked for: both are all images, since a trainer wants both.\n"
        else:
            places = {split: f"{FOLDERS[0]}/{split}" for split in self.setup.splits}
            head = ""
        names = dict(enumerate(self.setup.classes.values()))
        about = yaml.safe_dump({**places, "names": names}, sort_keys=False, allow_unicode=True)
        self.package.add("data.yaml", head + about)

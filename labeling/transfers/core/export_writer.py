"""What every writer of an export gets and does: rows in, a package of files out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from labeling.kernel.boxes import Box
from labeling.transfers.core.export_package import Package


@dataclass(frozen=True)
class ExportRow:
    """An image and its label, whatever the format."""

    number: int
    name: str  # which no other image of the export has
    file: str  # safe path of its file, alike; empty where no file is called after it
    width: int
    height: int
    digest: str  # SHA-256 of the original file
    split: str  # one of SPLITS; empty where no split was asked for
    source: str  # who made the label; empty: the image has none
    boxes: Sequence[Box]
    confidences: Sequence[float]  # of the boxes
    created_at: datetime | None  # when the label came


@dataclass(frozen=True)
class Setup:
    """What holds for all rows."""

    title: str  # of the job
    attribute: str  # of the output manifest
    classes: Mapping[int, str]  # by index, in order; grows where a class comes meanwhile
    splits: Sequence[str]  # those with a share; one that is empty where no split was asked for
    images: bool  # whether the pictures come along


class Writer(ABC):
    """Writes the rows of one export; each row once, then `finish`."""

    def __init__(self, package: Package, setup: Setup) -> None:
        self.package, self.setup = package, setup

    @abstractmethod
    def add(self, row: ExportRow) -> None:
        """Write what the row says."""

    def finish(self) -> None:  # noqa: B027 - most formats have nothing to write
        """Write what is known at the end only."""

    def picture(self, row: ExportRow) -> str:
        """Where the picture lies in the package."""
        return f"images/{row.file}"

    def called(self, row: ExportRow) -> str:
        """The picture's name for who looks in the folder of pictures."""
        return row.file if self.setup.images else row.name

    def path(self, row: ExportRow) -> str:
        """The picture's name for who looks in the package's folder."""
        return self.picture(row) if self.setup.images else row.name


class JsonList:
    """Writes texts of JSON as the entries of a list, one a line."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.count = file, 0

    def add(self, entry: str) -> None:
        """One more entry."""
        self.file.write((",\n" if self.count else "\n") + entry)
        self.count += 1


def decimal(value: float) -> str:
    """Pixels with the four decimals that boxes have, without zeros at the end."""
    return f"{value:.4f}".rstrip("0").rstrip(".")

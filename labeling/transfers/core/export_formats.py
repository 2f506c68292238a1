"""The formats that labels are exported in: who writes each, and what it can tell."""

from collections.abc import Collection
from dataclasses import dataclass

from labeling.transfers.core.coco import CocoWriter
from labeling.transfers.core.csv_boxes import CsvWriter
from labeling.transfers.core.cvat import CvatWriter
from labeling.transfers.core.export_writer import Writer
from labeling.transfers.core.label_studio import LabelStudioWriter
from labeling.transfers.core.manifest import ManifestWriter
from labeling.transfers.core.voc import VocWriter
from labeling.transfers.core.yolo import FOLDERS, YoloWriter


@dataclass(frozen=True)
class Format:
    """A format and its traits."""

    writer: type[Writer]
    ending: str  # of its one file, or of its zip without the zip's own
    several: bool = False  # files, be it without pictures: it is always a zip
    per_split: bool = False  # it has a file for each side of a split
    tells_unlabelled: bool = False  # from images that are labelled as empty
    unlabelled: bool = False  # whether it has these unless told otherwise
    left_out: Collection[str] = ()  # folders that no image may lie in

    def is_zip(self, *, images: bool, split: bool) -> bool:
        """Whether it comes as a zip."""
        return self.several or images or (split and self.per_split)


FORMATS: dict[str, Format] = {
    "coco": Format(CocoWriter, "coco.json", per_split=True),
    "yolo": Format(YoloWriter, "yolo", several=True, left_out=FOLDERS),
    "voc": Format(VocWriter, "voc", several=True),
    "cvat": Format(CvatWriter, "cvat.xml"),
    "label_studio": Format(LabelStudioWriter, "label-studio.json", tells_unlabelled=True),
    "csv": Format(CsvWriter, "csv"),
    "manifest": Format(ManifestWriter, "manifest", tells_unlabelled=True, unlabelled=True),
}

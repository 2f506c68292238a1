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
    """A format, in words and with its traits."""

    writer: type[Writer]
    title: str
    about: str  # what is in the file, for who chooses
    ending: str  # of its one file, or of its zip without the zip's own
    several: bool = False  # files, be it without pictures: it is always a zip
    per_split: bool = False  # it has a file for each side of a split
    # whether it has images without a label unless told otherwise; None: it cannot tell them from
    # images that are labelled as empty
    unlabelled: bool | None = None
    left_out: Collection[str] = ()  # folders that no image may lie in

    def is_zip(self, *, images: bool, split: bool) -> bool:
        """Whether it comes as a zip."""
        return self.several or images or (split and self.per_split)


FORMATS: dict[str, Format] = {
    "coco": Format(
        CocoWriter,
        "COCO",
        "One JSON file; a zip with a file for each part of a split.",
        "coco.json",
        per_split=True,
    ),
    "yolo": Format(
        YoloWriter,
        "YOLO",
        "A zip with data.yaml and a text file for each image, as Ultralytics reads it.",
        "yolo",
        several=True,
        left_out=FOLDERS,
    ),
    "voc": Format(
        VocWriter, "Pascal VOC", "A zip with an XML file for each image.", "voc", several=True
    ),
    "cvat": Format(
        CvatWriter, "CVAT for images 1.1", "One XML file, to upload into a CVAT task.", "cvat.xml"
    ),
    "label_studio": Format(
        LabelStudioWriter,
        "Label Studio",
        "One JSON file of tasks with pictures from local files.",
        "label-studio.json",
        unlabelled=False,
    ),
    "csv": Format(CsvWriter, "CSV", "One table with a row for each box.", "csv"),
    "manifest": Format(
        ManifestWriter,
        "Ground Truth manifest",
        "JSON lines, as Amazon SageMaker writes its output.",
        "manifest",
        unlabelled=True,
    ),
}

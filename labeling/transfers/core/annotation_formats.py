"""Chooses the reader of an annotation file by its content, and names the formats without one."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from labeling.kernel.json_shapes import JSON
from labeling.transfers.core import (
    coco,
    csv_boxes,
    cvat,
    label_studio,
    manifest,
    voc,
    yolo,
)
from labeling.transfers.core.annotation_file import AnnotationFile, load_json

# whether parsed JSON is meant as the format, its reader
_JSON_READERS: tuple[tuple[Callable[[JSON], bool], Callable[[JSON], AnnotationFile]], ...] = (
    (coco.recognises, coco.parse_coco),
    (label_studio.recognises, label_studio.parse_label_studio),
)
NAMES = (
    "COCO, YOLO, Pascal VOC, CVAT for images 1.1, Label Studio (JSON), tables (CSV) and Ground "
    "Truth manifests"
)
_CVAT, _VOC = b"<annotations", b"<annotation"
# what the first bytes hold, of which files, and whose format it is
_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b'"imagePath"', ".json", "labelme annotations"),
    (b'"_via_', ".json", "VIA annotations"),
    (b'"regions"', ".json", "VIA annotations"),
    (b'"nc"', ".json", "a YOLO data set's description"),
    (b"names:", ".yaml", "a YOLO data set's description"),
    (b"names:", ".yml", "a YOLO data set's description"),
)
_ENDINGS = {
    ".tfrecord": "TFRecord data",
    ".parquet": "a table (Parquet)",
    ".manifest": 'a manifest without a "source-ref"',
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".xml": "XML",
    ".txt": "text",
}


def may_be_one(head: bytes) -> bool:
    """Whether a file that begins so is worth reading whole."""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return first in (b"{", b"[") or (first == b"<" and _VOC in head) or csv_boxes.recognises(head)


def read_annotations(path: Path, head: bytes) -> AnnotationFile | None:
    """What the file says, which begins with `head`; None if it is of no format with a reader.

    Raises Invalid where it is neither JSON nor XML, or is meant as one of them and cannot be used.
    YOLO's labels are several files: transfers.yolo_files.
    """
    if _CVAT in head:
        return cvat.read_cvat(path)
    if _VOC in head:
        return voc.read_voc(path)
    if manifest.recognises(head):
        return manifest.read_manifest(path)
    if csv_boxes.recognises(head):
        return csv_boxes.read_csv(path)
    data = load_json(path)
    for recognises, parse in _JSON_READERS:
        if recognises(data):
            return parse(data)
    return None


def not_understood(name: str, head: bytes) -> str:
    """What a file looks like that nothing here reads."""
    path = PurePosixPath(name.lower())
    signs = (words for sign, end, words in _SIGNS if sign in head and end in ("", path.suffix))
    looks = next(signs, "")
    if path.suffix == ".txt" and path.stem in ("classes", "obj", "labels"):
        looks = looks or "a list of class names"
    if path.suffix == ".txt" and yolo.is_labels(head.decode("utf-8", "replace")):
        return (
            "Not understood: looks like YOLO labels, but no file names their classes. Add the data "
            "set's data.yaml, or a classes.txt with a name in each line."
        )
    if path.suffix in (".csv", ".tsv"):
        return f"Not understood: looks like a table (CSV). {csv_boxes.HEADER}"
    looks = looks or _ENDINGS.get(path.suffix, "")
    return f"Not understood: looks like {looks}; what is read: {NAMES}." if looks else ""

"""Chooses the reader of an annotation file by its content, and names the formats without one."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from labeling.kernel.json_shapes import JSON
from labeling.transfers.core import coco
from labeling.transfers.core.coco import Coco

# format, whether parsed JSON is meant as one, its reader
READERS: tuple[tuple[str, Callable[[JSON], bool], Callable[[JSON], Coco]], ...] = (
    ("COCO", coco.recognises, coco.parse_coco),
)
NAMES = ", ".join(name for name, _, _ in READERS)
# what the first bytes hold, of which files, and whose format it is
_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"<annotations", ".xml", "CVAT annotations"),
    (b"<annotation", ".xml", "Pascal VOC annotations"),
    (b'"source-ref"', "", "a Ground Truth manifest"),
    (b'"imagePath"', ".json", "labelme annotations"),
    (b'"_via_', ".json", "VIA annotations"),
    (b'"regions"', ".json", "VIA annotations"),
    (b'"completions"', ".json", "Label Studio annotations"),
    (b'"from_name"', ".json", "Label Studio annotations"),
    (b'"nc"', ".json", "a YOLO data set's description"),
    (b"names:", ".yaml", "a YOLO data set's description"),
    (b"names:", ".yml", "a YOLO data set's description"),
)
_ENDINGS = {
    ".csv": "a table (CSV)",
    ".tsv": "a table (TSV)",
    ".tfrecord": "TFRecord data",
    ".parquet": "a table (Parquet)",
    ".manifest": "a Ground Truth manifest",
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".xml": "XML",
    ".txt": "text",
}


def may_be_one(head: bytes) -> bool:
    """Whether a file that begins so is worth reading whole."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def read_annotations(path: Path) -> Coco | None:
    """What the file says; None if it is of no format with a reader.

    Raises Invalid where it is not JSON, or is meant as one of them and cannot be used.
    """
    data = coco.load(path)
    for _, recognises, parse in READERS:
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
    if path.suffix == ".txt" and _is_yolo(head):
        looks = "YOLO labels"
    looks = looks or _ENDINGS.get(path.suffix, "")
    return f"Not understood: looks like {looks}; only {NAMES} is read today." if looks else ""


def _is_yolo(head: bytes) -> bool:
    """A class number and at least four shares of the picture in its first line."""
    lines = head.decode("utf-8", "replace").splitlines() or [""]
    try:
        kind, *shares = [float(word) for word in lines[0].split()]
    except ValueError:
        return False
    return len(shares) >= 4 and kind.is_integer() and all(0 <= s <= 1 for s in shares)

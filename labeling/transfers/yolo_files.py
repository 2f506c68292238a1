"""Gathers a source's YOLO label files, the names of their classes, and whose boxes they hold."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from labeling.kernel.errors import Invalid
from labeling.transfers.core import yolo
from labeling.transfers.core.annotation_file import AnnotationFile
from labeling.transfers.import_reports import Line
from labeling.transfers.sources import Source

MOST_BYTES = 4 * 1024**2  # of one picture's labels
Lines = dict[str, list[Line]]


def read_yolo(
    source: Source,
    names: Sequence[str],
    is_picture: Callable[[str], bool],
    heartbeat: Callable[[], None],
) -> tuple[dict[str, AnnotationFile], Lines]:
    """What the label files say, by the file that names their classes; and lines for the report.

    A label file is a text that begins like one; an empty one, of a picture without objects, is only
    told by its picture: `is_picture(path without ending)`. Without a file that names the classes
    nothing is read.
    """
    files: dict[str, AnnotationFile] = {}
    told: Lines = {}
    described: dict[str, dict[int, str]] = {}
    for name in filter(yolo.is_description, names):
        try:
            with source.open(name) as path:
                if found := yolo.read_names(path, name):
                    described[name] = found
        except Invalid as error:
            told[name] = [Line(name, "refused", error.message)]
    if not described:
        return files, told
    by_folder: dict[PurePosixPath, str] = {}
    for name in sorted(described, key=lambda n: PurePosixPath(n).suffix in yolo.DESCRIPTIONS):
        by_folder[PurePosixPath(name).parent] = name  # YAML last, so that it counts
    for name in names:
        if PurePosixPath(name).suffix.lower() != ".txt" or name in described:
            continue
        heartbeat()
        try:
            with source.open(name) as path:
                content = _text(path)
        except Invalid as error:
            told[name] = [Line(name, "refused", error.message)]
            continue
        picture = picture_of(name)
        if not (yolo.is_labels(content) if content.strip() else is_picture(picture)):
            continue
        description = _nearest(name, by_folder) or next(iter(described))
        numbers = described[description]
        file = files.setdefault(
            description, AnnotationFile([numbers[n] for n in sorted(numbers)], in_shares=True)
        )
        places = {number: place for place, number in enumerate(sorted(numbers))}
        lines, refused = yolo.read_labels(content, numbers)
        file.boxes[picture] = []
        for number, *edges in lines:
            file.keep(picture, (places[number], edges[0], edges[1], edges[2], edges[3]), name)
        file.refused += [(f"{name}, {where}", picture, why) for where, why in refused]
        told[name] = [Line(name, "annotations", f"{len(lines)} boxes")]
    for name, file in files.items():
        said = f"names of {len(file.classes)} classes, for {len(file.boxes)} pictures"
        told[name] = [Line(name, "annotations", said)]
    return files, told


def picture_of(name: str) -> str:
    """The path of a label file's picture without its ending: in `images` beside `labels`, or in the
    same folder."""
    path = PurePosixPath(name).with_suffix("")
    parts = list(path.parts)
    folders = [place for place, part in enumerate(parts[:-1]) if part.lower() == "labels"]
    if folders:
        parts[folders[-1]] = "images"
    return "/".join(parts)


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise Invalid(f"The file is larger than {MOST_BYTES // 1024**2} MB.")
    return path.read_text("utf-8-sig", errors="replace")


def _nearest(name: str, by_folder: dict[PurePosixPath, str]) -> str:
    """The description in the deepest folder above the file; empty where there is none."""
    folders = PurePosixPath(name).parents
    return next((by_folder[folder] for folder in folders if folder in by_folder), "")

"""Boxes that come with pictures: annotation files found by content, and whose boxes are whose."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.db import transaction

from labeling.jobs import classes
from labeling.kernel import boxes as box_sets
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.file_kinds import PICTURES
from labeling.models import Image, Job
from labeling.transfers.core import annotation_formats
from labeling.transfers.core.annotation_file import AnnotationFile, Row, within
from labeling.transfers.import_reports import Line, printable
from labeling.transfers.picture_names import ByName
from labeling.transfers.sources import Source
from labeling.transfers.yolo_files import read_yolo

CLIPPED_QUIETLY = 0.01  # pixels: shares of a picture are written with few digits
BOX_USES = ("suggestions", "labels", "ignore")


@dataclass
class Entry:
    """What an annotation file says of one picture."""

    file: str  # the annotation file
    name: str  # of the picture, as the file calls it
    rows: list[Row]
    size: tuple[int, int] | None
    digest: str | None
    also: str = ""  # another name that it may have
    ambiguous: str = ""  # which pictures of the source may be meant, where several may
    listed: bool = False  # it only names the picture
    refused: list[tuple[str, str]] = field(default_factory=list)  # place, reason
    changed: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Given:
    """An entry's boxes, checked against the picture itself."""

    entry: Entry
    boxes: list[box_sets.Box]
    lines: list[Line]
    whole: bool  # no box was refused, so these can be a finished label


@dataclass
class Found:
    """All annotation files of a source."""

    use: str
    lines: dict[str, list[Line]] = field(default_factory=dict)  # by annotation file
    files: dict[str, AnnotationFile] = field(default_factory=dict)
    class_ids: dict[str, list[int | None]] = field(default_factory=dict)
    by_name: dict[str, Entry] = field(default_factory=dict)  # of the source's files
    by_digest: dict[str, Entry] = field(default_factory=dict)
    absent: list[Entry] = field(default_factory=list)  # of no picture, or not one, of the source

    def given(self, entry: Entry, image: Image) -> Given:
        """The entry's boxes as far as they are good for this image; each other one has a line."""
        told = f"{image.name} in {entry.file}"
        lines = [Line(told, "refused_boxes", f"{at}: {why}") for at, why in entry.refused]
        lines += [Line(told, "changed_boxes", f"{at}: {why}") for at, why in entry.changed]
        boxes: list[box_sets.Box] = []
        size = (image.width, image.height)
        known = {i for i in self.class_ids[entry.file] if i is not None}
        for number, row in enumerate(entry.rows, 1):
            try:
                if entry.size and min(entry.size) > 0 and entry.size != size:
                    raise Invalid(
                        f"the file says {entry.size[0]} x {entry.size[1]} pixels, the picture has "
                        f"{size[0]} x {size[1]}"
                    )
                (x1, y1, x2, y2), over = within(self._in_pixels(entry, row, size), *size)
                raw = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
                raw["class_id"] = self._class_of(entry, row)
                boxes += box_sets.parse_boxes([raw], width=size[0], height=size[1], classes=known)
                if over > CLIPPED_QUIETLY:
                    why = f"box {number}: reached {over:g} pixels over the border and was clipped"
                    lines.append(Line(told, "changed_boxes", why))
            except Invalid as error:
                lines.append(Line(told, "refused_boxes", f"box {number}: {error.message}"))
        whole = not any(line.outcome == "refused_boxes" for line in lines)
        if len(boxes) > box_sets.MAX_BOXES:
            why = f"{len(boxes)} boxes; at most {box_sets.MAX_BOXES} fit one image"
            return Given(entry, [], [*lines, Line(told, "refused_boxes", why)], False)
        return Given(entry, boxes, lines, whole)

    def _in_pixels(self, entry: Entry, row: Row, size: tuple[int, int]) -> Row:
        if not self.files[entry.file].in_shares:
            return row
        kind, x1, y1, x2, y2 = row
        return kind, x1 * size[0], y1 * size[1], x2 * size[0], y2 * size[1]

    def _class_of(self, entry: Entry, row: Row) -> int:
        index = self.class_ids[entry.file][row[0]]
        if index is None:
            name = self.files[entry.file].classes[row[0]]
            raise Invalid(f"its class {name!r} is not one of the job's")
        return index


def find_annotations(
    source: Source, names: Sequence[str], use: str, heartbeat: Callable[[], None]
) -> Found:
    """Read every annotation file among the names and tell which picture each entry is of."""
    if use not in BOX_USES:
        raise Invalid(f"Say what to do with the boxes: {', '.join(BOX_USES)}.", where="boxes")
    found = Found(use)
    here = ByName((n, n) for n in names if PurePosixPath(n).suffix.lower() in PICTURES | {""})
    files, found.lines = read_yolo(source, names, lambda n: bool(here.find(n)), heartbeat)
    if use == "ignore":
        found.lines = {name: list(map(_ignored, lines)) for name, lines in found.lines.items()}
    for name in names:
        heartbeat()
        if PurePosixPath(name).suffix.lower() not in PICTURES and name not in found.lines:
            _read(source, name, found)
    if use != "ignore":
        found.files |= files
        _share_out(found, here)
    return found


def _ignored(line: Line) -> Line:
    if line.outcome != "annotations":
        return line
    return line._replace(details=f"{line.details} were ignored, as asked")


def _read(source: Source, name: str, found: Found) -> None:
    """Keep what the file says, if it is an annotation file at all."""
    try:
        head = source.head(name)
        if not annotation_formats.may_be_one(head):
            return
        with source.open(name) as path:
            parsed = annotation_formats.read_annotations(path, head)
    except Invalid as error:
        found.lines[name] = [Line(name, "refused", error.message)]
        return
    if parsed is None:
        return
    count = sum(map(len, parsed.boxes.values()))
    said = f"{count} boxes of {len(parsed.boxes)} pictures"
    if parsed.listed:
        said += f", and pictures without a label: {len(parsed.listed)}"
    if found.use == "ignore":
        said += " were ignored, as asked"
    found.lines[name] = [Line(name, "annotations", said)]
    for what, times in parsed.left_out.items():
        found.lines[name].append(Line(name, "annotations", f"left out {times} times: {what}"))
    if found.use != "ignore":
        found.files[name] = parsed
        found.lines[name] += [
            Line(name, "refused_boxes", f"{at}: {why}") for at, of, why in parsed.refused if not of
        ]


def _share_out(found: Found, here: ByName[str]) -> None:
    for file, parsed in found.files.items():
        refused, changed = _by_picture(parsed.refused), _by_picture(parsed.changed)
        for name, rows in parsed.boxes.items():
            entry = Entry(
                file,
                name,
                rows,
                parsed.sizes.get(name),
                parsed.digests.get(name),
                parsed.also.get(name, ""),
                refused=refused[name],
                changed=changed[name],
            )
            if entry.digest and not _is_second(found, found.by_digest.get(entry.digest), entry):
                found.by_digest[entry.digest] = entry
            keys = here.find(name, beside=file) or here.find(entry.also, beside=file)
            if len(keys) == 1:
                if not _is_second(found, found.by_name.get(keys[0]), entry):
                    found.by_name[keys[0]] = entry
            else:
                if keys:
                    some = ", ".join(keys[:3])
                    entry.ambiguous = f"{len(keys)} pictures may be meant: {some}"
                found.absent.append(entry)
        for name in parsed.listed:
            if not here.find(name, beside=file):
                found.absent.append(Entry(file, name, [], None, None, listed=True))


def _by_picture(rows: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for where, name, reason in rows:
        found[name].append((where, reason))
    return found


def _is_second(found: Found, first: Entry | None, entry: Entry) -> bool:
    """Whether a file spoke of this picture before; two that differ spoil a finished label."""
    if first is None or first is entry:
        return False
    if _content(found, first) != _content(found, entry):
        reason = f"{len(entry.rows)} boxes of {entry.name}, which is this picture, were left out"
        if (entry.file, reason) not in first.refused:
            first.refused.append((entry.file, reason))
    return True


def _content(found: Found, entry: Entry) -> list[tuple[str, list[float]]]:
    classes = found.files[entry.file].classes
    return sorted((classes[kind].casefold(), edges) for kind, *edges in entry.rows)


def map_classes(job: Job, found: Found, *, add: bool) -> list[str]:
    """Give each file's classes the job's numbers; what happened to classes, in words.

    `add`: classes that the job lacks are added, where it may still grow.
    """
    sentences = []
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)  # see classes.remove
        known = {c.name.casefold(): c.index for c in job.classes.all()}
        for file, parsed in found.files.items():
            for name in parsed.classes:
                if add and name.casefold() not in known:
                    try:
                        known[name.casefold()] = classes.add(job, name).index
                        sentences.append(f"Class {name!r} was added to the job.")
                    except Conflict as error:
                        sentences.append(f"Class {name!r}: {error.message}")
            found.class_ids[file] = [known.get(name.casefold()) for name in parsed.classes]
    return list(dict.fromkeys(map(printable, sentences)))

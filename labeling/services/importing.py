"""Where an import reads from, and the boxes that may come with the pictures."""

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from labeling.core import boxes as box_sets
from labeling.core import coco, text
from labeling.errors import Conflict, Invalid
from labeling.models import Image, Job, Transfer
from labeling.services import classes
from labeling.services.images import media_path

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
ZIP_MEMBERS, ZIP_BYTES, ZIP_RATIO, MEMBER_BYTES = 100_000, 20 * 1024**3, 200, 200 * 1024**2
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, UnicodeDecodeError, NotImplementedError,
    OSError, EOFError,
)  # fmt: skip
BOX_USES = ("ignore", "labels", "suggestions")


class Source(Protocol):
    """Named files that can be read one at a time."""

    def names(self) -> list[str]:
        """Pictures, in a fixed order."""

    def open(self, name: str) -> "Any":
        """Context manager: a path to the file's bytes while it is open."""


class Folder:
    """A folder and everything below it."""

    def __init__(self, root: Path, keep: set[str] | None) -> None:
        self.root, self.keep = root, keep

    def names(self) -> list[str]:
        """Pictures below the folder, sorted; hidden files and links out of it are left out."""
        found = [
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.suffix.lower() in SUFFIXES
            and not path.name.startswith(".")
            and path.resolve().is_relative_to(self.root.resolve())
        ]
        return sorted(n for n in found if self.keep is None or n in self.keep)

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """The file itself; never one outside the folder."""
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            raise Invalid(f"There is no file {name!r} in the source.")
        yield path


class Archive:
    """A zip, read member by member; nothing in it decides where a file is written."""

    def __init__(self, path: Path, scratch: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise Invalid(f"This is not a readable zip archive: {error}") from error
        self.scratch = scratch
        members = self.zip.infolist()
        if len(members) > ZIP_MEMBERS:
            raise Invalid(f"The archive holds {len(members)} files; at most {ZIP_MEMBERS}.")
        total = sum(m.file_size for m in members)
        packed = sum(m.compress_size for m in members) or 1
        if total > ZIP_BYTES or total / packed > ZIP_RATIO:
            raise Invalid("The archive unpacks to far more than it should; it was not opened.")
        for member in members:
            _check_member(member)

    def names(self) -> list[str]:
        """Pictures in the archive, sorted."""
        return sorted(
            m.filename
            for m in self.zip.infolist()
            if PurePosixPath(m.filename).suffix.lower() in SUFFIXES
            and not PurePosixPath(m.filename).name.startswith(".")
            and not m.filename.startswith("__MACOSX/")
        )

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """A copy on disk; its real bytes are counted, whatever the archive claims."""
        target = self.scratch / "member"
        left = MEMBER_BYTES
        if name not in self.zip.NameToInfo:
            raise Invalid(f"There is no file {name!r} in the archive.")
        try:
            with self.zip.open(name) as read, target.open("wb") as write:
                while block := read.read(1 << 20):
                    left -= len(block)
                    if left < 0:
                        raise Invalid(f"The file is larger than {MEMBER_BYTES // 1024**2} MB.")
                    write.write(block)
        except DAMAGED as error:
            raise Invalid(f"The archive is damaged here: {error}") from error
        yield target


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name).parts
    unsafe = name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or ":" in name
    link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if unsafe or link:
        raise Invalid(f"The archive holds an unsafe name or a link: {name[:80]!r}.")
    if member.flag_bits & 1:
        raise Invalid("The archive is encrypted.")


@dataclass
class Notes:
    """The boxes of a COCO file, mapped to the job's classes."""

    use: str = "ignore"
    boxes: dict[str, list[tuple[int, float, float, float, float]]] = field(default_factory=dict)
    class_ids: list[int | None] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    refused: list[list[str]] = field(default_factory=list)

    def boxes_for(self, name: str, image: Image) -> list[box_sets.Box] | None:
        """Checked boxes of this picture; None if the file does not speak of it.

        Boxes of a bird's-eye few pixels over the border are clipped, as COCO files often need.
        """
        key = name if name in self.boxes else PurePosixPath(name).name
        if self.use == "ignore" or key not in self.boxes:
            return None
        rows: list[box_sets.Box] = []
        for position, x1, y1, x2, y2 in self.boxes[key]:
            class_id = self.class_ids[position]
            raw = {
                "class_id": class_id,
                "x1": max(0.0, x1), "y1": max(0.0, y1),
                "x2": min(float(image.width), x2), "y2": min(float(image.height), y2),
            }  # fmt: skip
            try:
                if class_id is None:
                    raise Invalid("its class is not one of the job's")
                rows += box_sets.parse(
                    [raw], width=image.width, height=image.height, classes={class_id}
                )
            except Invalid as error:
                self.refused.append([name, error.message])
        return rows

    def unseen(self, names: Sequence[str]) -> list[str]:
        """Pictures that the file speaks of and the source does not have."""
        have = set(names) | {PurePosixPath(n).name for n in names}
        return [n for n in self.boxes if n not in have and PurePosixPath(n).name not in have]


@contextmanager
def source_of(row: Transfer) -> Iterator[Source]:
    """The place a transfer reads from, checked."""
    keep = set(row.options["keep"]) if row.options.get("keep") else None
    if row.format == "zip":
        with tempfile.TemporaryDirectory() as scratch:
            yield Archive(media_path(row.source), Path(scratch))
    elif row.format == "files":
        yield Folder(media_path(row.source), keep)
    else:
        yield Folder(server_folder(row.source), keep)


def server_folder(name: str) -> Path:
    """A folder below the import root; nothing outside it can be named."""
    root = Path(settings.IMPORT_ROOT).resolve()
    folder = (root / text.clean(name, limit=500, where="folder")).resolve()
    if not folder.is_relative_to(root):
        raise Invalid(f"Folders are read below {root} only.", where="folder")
    if not folder.is_dir():
        raise Invalid(f"There is no folder {name!r} below {root}.", where="folder")
    return folder


def notes_of(row: Transfer, source: Source) -> Notes:
    """Read the transfer's COCO file, if it names one, and map its classes to the job's."""
    name = row.options.get("coco")
    use = row.options.get("boxes", "ignore")
    if not name:
        return Notes()
    if use not in BOX_USES:
        raise Invalid(f"Say what to do with the boxes: {', '.join(BOX_USES)}.", where="boxes")
    with source.open(name) as path:
        parsed = coco.read(path)
    count = sum(map(len, parsed.boxes.values()))
    if use == "ignore":
        return Notes(sentences=[f"{count} boxes of {name} were ignored, as asked."])
    ids, sentences = _map_classes(row.job, parsed.classes)
    refused = [[where, reason] for where, reason in parsed.refused]
    return Notes(use, parsed.boxes, ids, sentences, refused)


def _map_classes(job: Job, names: Sequence[str]) -> tuple[list[int | None], list[str]]:
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)  # see classes.remove
        known = {c.name.casefold(): c.index for c in job.classes.all()}
    ids: list[int | None] = []
    sentences = []
    for name in names:
        if name.casefold() not in known:
            try:
                known[name.casefold()] = classes.add(job, text.clean(name, limit=100)).index
                sentences.append(f"Class {name!r} was added to the job.")
            except Conflict as error:
                sentences.append(f"Class {name!r}: {error.message}")
        ids.append(known.get(name.casefold()))
    return ids, sentences


def clean_up(row: Transfer) -> None:
    """Remove the uploaded copy once everything in it is stored."""
    if row.format == "zip":
        media_path(row.source).unlink(missing_ok=True)
    elif row.format == "files":
        shutil.rmtree(media_path(row.source), ignore_errors=True)

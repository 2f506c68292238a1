"""Where an import reads from: uploaded files, a zip, or a folder on the server."""

import lzma
import shutil
import tempfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.conf import settings

from labeling.kernel import text
from labeling.kernel.errors import Invalid
from labeling.kernel.file_kinds import HEAD
from labeling.kernel.stored_files import media_path
from labeling.models import Transfer

ZIP_MEMBERS, ZIP_BYTES, ZIP_RATIO, MEMBER_BYTES = 100_000, 20 * 1024**3, 200, 200 * 1024**2
UPLOADS = "uploads"  # folder of the files that wait for their import
UNQUEUED = timedelta(days=1)  # after this an upload that no import names was broken off
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    UnicodeDecodeError,
    NotImplementedError,
    OSError,
    EOFError,
)


class Source(Protocol):
    """Named files that can be read one at a time."""

    def names(self) -> list[str]:
        """Every file, each under a name of its own, in a fixed order."""

    def head(self, name: str) -> bytes:
        """The file's first bytes; raises Invalid where it cannot be read."""

    def open(self, name: str) -> AbstractContextManager[Path]:
        """Context manager: a path to the file's bytes while it is open."""


def apart(names: Sequence[str]) -> list[str]:
    """The names in their order; those that come several times, each in a numbered folder.

    So no file hides another one, and none of them is taken for "the" file of that name.
    """
    times = Counter(names)
    return [f"{i}/{n}" if times[n] > 1 else n for i, n in enumerate(names, 1)]


def check_name(name: str) -> None:
    """Raises Invalid for a name that cannot be kept as it is."""
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise Invalid("The name holds a control or a broken character; rename the file.")
    if len(name) > 255:
        raise Invalid(f"The name has {len(name)} characters; at most 255.")


class Folder:
    """A folder and everything below it."""

    def __init__(self, root: Path, keep: set[str] | None) -> None:
        self.root, self.keep = root, keep

    def names(self) -> list[str]:
        """Files and links below the folder, sorted."""
        found = [
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_symlink() or not path.is_dir()
        ]
        return sorted(n for n in found if self.keep is None or n in self.keep)

    def head(self, name: str) -> bytes:
        """The first bytes."""
        with self.open(name) as path, path.open("rb") as file:
            return file.read(HEAD)

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """The file itself; never one outside the folder."""
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise Invalid("A link that leads out of the folder is not followed.")
        if path.is_dir():
            raise Invalid("A link to a folder is not followed.")
        if not path.is_file():
            raise Invalid(f"There is no file {name!r} in the source.")
        yield path


class Uploaded(Folder):
    """Uploaded files, whose folders say only in which part of the upload they came."""

    def __init__(self, root: Path, keep: set[str] | None) -> None:
        super().__init__(root, None)
        paths = super().names()
        names = apart([PurePosixPath(path).name for path in paths])
        pairs = zip(names, paths, strict=True)
        self.paths = {name: path for name, path in pairs if keep is None or name in keep}

    def names(self) -> list[str]:
        """Every file once, in a fixed order."""
        return sorted(self.paths)

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """The file of this name."""
        with super().open(self.paths[name]) as path:
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
        files = [m for m in members if not m.is_dir()]
        # zipfile ends a name at its NUL, so that two names could become one
        self.members = dict(zip(apart([m.orig_filename for m in files]), files, strict=True))

    def names(self) -> list[str]:
        """Files in the archive, sorted."""
        return sorted(self.members)

    def head(self, name: str) -> bytes:
        """The first bytes."""
        try:
            with self.zip.open(self.members[name]) as read:
                return read.read(HEAD)
        except DAMAGED as error:
            raise Invalid(f"The archive is damaged here: {error}") from error

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """A copy on disk; its real bytes are counted, whatever the archive claims."""
        target = self.scratch / "member"
        left = MEMBER_BYTES
        try:
            with self.zip.open(self.members[name]) as read, target.open("wb") as write:
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
    unsafe = name.startswith("/") or ".." in parts or "\\" in name or ":" in name
    link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if unsafe or link:
        raise Invalid(f"The archive holds an unsafe name or a link: {name[:80]!r}.")
    if member.flag_bits & 1:
        raise Invalid("The archive is encrypted.")


@contextmanager
def source_of(row: Transfer) -> Iterator[Source]:
    """The place a transfer reads from, checked."""
    keep = set(row.options["keep"]) if row.options.get("keep") else None
    if row.format == "zip":
        with tempfile.TemporaryDirectory() as scratch:
            yield Archive(media_path(row.source), Path(scratch))
    elif row.format == "files":
        yield Uploaded(media_path(row.source), keep)
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


def clean_up_left(now: datetime) -> None:
    """Remove the uploads that no import will read: given up, ended by a kill, or never queued."""
    folder = media_path(UPLOADS)
    if not folder.is_dir():
        return
    names = {f"{UPLOADS}/{path.name}": path for path in folder.iterdir()}
    rows = Transfer.objects.filter(source__in=names)
    waited_for = set(rows.under_way(now).values_list("source", flat=True))
    known = set(rows.values_list("source", flat=True))
    for name, path in names.items():
        old = path.stat().st_mtime < (now - UNQUEUED).timestamp()
        if name not in waited_for and (name in known or old):
            _remove(path)


def clean_up(row: Transfer) -> None:
    """Remove the uploaded copy once everything in it is stored, or nobody will read it again."""
    if row.format in ("zip", "files"):
        _remove(media_path(row.source))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

"""The file of an export in the making: one text, or a zip of texts and pictures."""

import hashlib
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self, TextIO

from labeling.kernel.errors import Invalid

BLOCK = 1 << 20
PARTS = ".parts"  # ending of the folders
READABLE = 0o644 << 16  # else what is unpacked is its owner's alone


class Package:
    """Gathers the parts in a folder beside the target, which appears when whole and not before.

    What an earlier attempt left is removed. The folder is this attempt's alone: one that was taken
    over and does not know it yet must not remove what the next one writes. `heartbeat` is called
    while long parts are copied.
    """

    def __init__(self, target: Path, *, packed: bool, heartbeat: Callable[[], None]) -> None:
        self._target, self.heartbeat = target, heartbeat
        for left in target.parent.glob(f"*{PARTS}"):
            shutil.rmtree(left, ignore_errors=True)
        self._folder = Path(tempfile.mkdtemp(suffix=PARTS, dir=target.parent))
        self._whole = self._folder / "whole"
        self._texts: dict[str, TextIO] = {}
        self._files: list[TextIO] = []
        self._zip = zipfile.ZipFile(self._whole, "w") if packed else None
        self._time = time.localtime()[:6]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()
        if self._zip is not None and self._zip.fp is not None:
            self._zip.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def scratch(self) -> TextIO:
        """A text that is read again before the end."""
        path = self._folder / f"text-{len(self._files)}"
        self._files.append(path.open("w+", encoding="utf-8", newline=""))
        return self._files[-1]

    def text(self, name: str) -> TextIO:
        """A text of the package that is written bit by bit; the only one, where it is no zip."""
        if name not in self._texts:
            self._texts[name] = self.scratch()
        return self._texts[name]

    def add(self, name: str, text: str) -> None:
        """A short text of the zip."""
        self._archive.writestr(self._member(name), text, zipfile.ZIP_DEFLATED)

    def add_hashed(self, name: str, text: str) -> str:
        """The same; the SHA-256 of what is in the file, in hex."""
        self.add(name, text)
        return hashlib.sha256(text.encode()).hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """A file of the zip; stored, for pictures do not shrink."""
        try:
            with path.open("rb") as file:
                self._copy(file, self._member(name, path.stat().st_size))
        except FileNotFoundError as error:
            raise Invalid(
                f"The file of the picture {name} is gone from the server: restore {path.name} from "
                "a backup, exclude the image, or export without images."
            ) from error

    def finish(self) -> None:
        """Put the whole file in its place."""
        if self._zip is None:
            (text,) = self._texts.values()
            whole = Path(text.name)
        else:
            whole = self._whole
            for name, text in self._texts.items():
                text.flush()
                member = self._member(name, os.stat(text.name).st_size)
                member.compress_type = zipfile.ZIP_DEFLATED
                with Path(text.name).open("rb") as written:
                    self._copy(written, member)
            self._zip.close()
        for file in self._files:
            file.close()
        with whole.open("rb") as done:
            os.fsync(done.fileno())
        whole.replace(self._target)

    @property
    def _archive(self) -> zipfile.ZipFile:
        assert self._zip is not None, "a package of several files is a zip"
        return self._zip

    def _member(self, name: str, size: int = 0) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, self._time)
        member.external_attr, member.file_size = READABLE, size
        return member

    def _copy(self, file: IO[bytes], member: zipfile.ZipInfo) -> None:
        with self._archive.open(member, "w") as out:
            while block := file.read(BLOCK):
                out.write(block)
                self.heartbeat()

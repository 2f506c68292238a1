"""Reads a release's zip: its document, checked for its form alone, and its parts."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from labeling.transfers.core import release_diff
from labeling.transfers.core.release_file import (
    ABOUT,
    DIFF,
    FORMAT,
    IMAGES,
    ImageLine,
    ReleaseAbout,
    read_lines,
    written,
)

MOST = 64 << 20  # bytes of a document or certificate: one of 100,000 candidates has some 15 MB
SCHEMA = Path(__file__).with_name("release.schema.json")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class Unreadable(Exception):
    """A file that is no release; its text says why."""


class ReleaseFile:
    """A release's zip and its document, which is checked for its form alone."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise Unreadable(f"{path.name} is no zip that can be read: {error}") from error
        self.names = self._zip.namelist()
        try:
            self.about = self._document(path.name)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _document(self, name: str) -> ReleaseAbout:
        if len(set(self.names)) < len(self.names):
            raise Unreadable(f"{name} holds a file twice: readers would differ in what it is.")
        if ABOUT not in self.names:
            raise Unreadable(f"{name} is no release: it holds no {ABOUT}.")
        text = self.read(ABOUT)
        found = json_of(text)
        if not isinstance(found, dict):
            raise Unreadable(f"{ABOUT} holds no JSON object.")
        if found.get("format") != FORMAT:
            raise Unreadable(
                f"Unknown format {found.get('format')!r}; this program reads {FORMAT}."
            )
        schema = Draft202012Validator(json.loads(SCHEMA.read_text()))
        if malformed := best_match(schema.iter_errors(found)):
            place = malformed.json_path
            raise Unreadable(f"{ABOUT} is not complete: {place}: {malformed.message[:200]}")
        about = cast(ReleaseAbout, found)
        if written(about).encode() != text:
            raise Unreadable(f"{ABOUT} is not written as the program writes it.")
        return about

    def read(self, name: str) -> bytes:
        """A document of the zip; raises Unreadable."""
        try:
            if self._zip.getinfo(name).file_size > MOST:
                raise Unreadable(f"{name} is too large for a document.")
            return self._zip.read(name)
        except BROKEN as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error

    def digest_of(self, name: str) -> str:
        """SHA-256 of a file of the zip; raises Unreadable."""
        try:
            with self._zip.open(name) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except BROKEN as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error

    def images(self) -> Iterator[ImageLine]:
        """Its images in their order; raises Unreadable."""
        try:
            with self._zip.open(IMAGES) as lines:
                yield from read_lines(lines)
        except BROKEN as error:
            raise Unreadable(str(error)) from error

    def diff(self) -> Iterator[release_diff.Change]:
        """The changes that its diff lists; raises Unreadable."""
        try:
            with self._zip.open(DIFF) as lines:
                yield from release_diff.read_lines(lines)
        except BROKEN as error:
            raise Unreadable(str(error)) from error


def json_of(text: bytes) -> Any:
    """A document of a release; raises Unreadable."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"A document cannot be read as JSON: {error}") from error

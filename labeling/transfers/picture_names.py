"""Finds pictures by the names that annotation files give them."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from labeling.kernel.errors import Invalid
from labeling.kernel.file_kinds import PICTURES
from labeling.kernel.text import clean

Key = TypeVar("Key")
PICTURE_FOLDERS = ("", "images", "JPEGImages")  # beside annotations or their folder


class ByName(Generic[Key]):
    """Finds pictures by the name an annotation file gives them, which may know other folders."""

    def __init__(self, names: Iterable[tuple[str, Key]]) -> None:
        self._exact: dict[str, list[Key]] = defaultdict(list)
        self._last: dict[str, list[tuple[tuple[str, ...], Key]]] = defaultdict(list)
        for name, key in names:
            try:
                parts = PurePosixPath(clean(name)).parts
            except Invalid:  # refused when its turn comes
                continue
            self._add(parts, key)
            if parts and PurePosixPath(parts[-1]).suffix.lower() in PICTURES:
                self._add((*parts[:-1], PurePosixPath(parts[-1]).stem), key)

    def _add(self, parts: tuple[str, ...], key: Key) -> None:
        self._exact["/".join(parts)].append(key)
        self._last[parts[-1] if parts else ""].append((parts, key))

    def find(self, name: str, *, beside: str = "") -> list[Key]:
        """Keys of all pictures that may be meant; more than one is for a person to decide.

        First the path as seen from the annotation file's folder or one above it, or from a folder
        of pictures in one of these; then every picture of which one path is the end of the other,
        those that agree longest. Some formats name it without its ending.
        """
        if not name:
            return []
        parts = PurePosixPath(name).parts
        for above in PurePosixPath(beside).parents if beside else (PurePosixPath(),):
            for folder in PICTURE_FOLDERS:
                if keys := self._exact.get("/".join((above / folder).parts + parts)):
                    return keys
        found = [
            (min(len(mine), len(parts)), key)
            for mine, key in self._last.get(parts[-1] if parts else "", ())
            if mine[-len(parts) :] == parts or parts[-len(mine) :] == mine
        ]
        longest = max((length for length, _ in found), default=0)
        return [key for length, key in found if length == longest]

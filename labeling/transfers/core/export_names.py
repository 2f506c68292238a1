"""What an export calls its images: names of their own, and safe paths for their files."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import PurePosixPath

from labeling.kernel.file_kinds import PICTURES

# no file of Windows may have these; the first ones are controls
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*]')
ENDINGS = {"jpg": {".jpg", ".jpeg", ".jpe", ".jfif"}, "png": {".png"}}  # by kind of file


class UniqueNames:
    """Gives each of a job's images, in order of import, a name that none before it has.

    A later image changes no earlier one's, so names are the same from export to export. `files`:
    they become files, which some disks tell apart by more than capitals only; `stems`: names that
    differ by their ending alone are one name, too, since another file is called after each.
    """

    def __init__(self, *, files: bool = False, stems: bool = False) -> None:
        self._files, self._stems = files, stems
        self._taken: set[str] = set()
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(2))

    def take(self, name: str) -> str:
        """The name itself, or with the first number that makes it unique ahead of its ending."""
        path, free = PurePosixPath(name), name
        while self._key(free) in self._taken:
            number = next(self._numbers[self._key(name)])
            free = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        self._taken.add(self._key(free))
        return free

    def _key(self, name: str) -> str:
        if self._stems:
            name = stem_of(name)
        return name.casefold() if self._files else name


def stem_of(name: str) -> str:
    """The path without the ending."""
    return str(PurePosixPath(name).with_suffix(""))


def file_path(name: str, kind: str, left_out: Collection[str] = ()) -> str:
    """A path below the folder it is unpacked in, whatever the image is called.

    `kind` is jpg or png, as the file is; `left_out` are names of folders, in small letters.
    """
    parts = [UNSAFE.sub("_", part).strip(". ") for part in re.split(r"[/\\]", name)]
    *folders, last = list(filter(None, parts)) or ["unnamed"]
    path = PurePosixPath(*(f for f in folders if f.lower() not in left_out), last)
    if path.suffix.lower() in ENDINGS[kind]:
        return str(path)
    if path.suffix.lower() in PICTURES:
        return str(path.with_suffix(f".{kind}"))
    return f"{path}.{kind}"

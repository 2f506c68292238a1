"""A release file in the making, for tests that forge it; needs no database."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.transfers.core import release_diff, release_file
from labeling.transfers.core.splits import split_of

KEY, OTHER = "11" * 32, "22" * 32
SHARES = [60, 20, 20]


def line(number: int, boxes: Any, source: str = "human") -> Any:
    """An image of a release."""
    image = f"{number:064x}"
    return {
        **{"image": image, "name": f"{number}.png", "width": 200, "height": 150},
        **{"split": split_of(image, SHARES), "boxes": boxes},
        "source": source if boxes is not None else "",
    }


@dataclass
class Made:
    """A release in the making, of which a test changes any part before or after it is signed."""

    number: int
    lines: list[Any]
    previous: "Made | None" = None
    paper: Any = None
    key: str = KEY
    parts: dict[str, bytes] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def build(self) -> "Made":
        """All parts, as the program makes them."""
        tally, diff = release_file.Tally(SHARES), io.StringIO()
        for one in self.lines:
            tally.add(one)
        before = self.previous
        named: Any = before and {"number": before.number, "digest": before.about["digest"]}
        found = release_diff.changes(before.lines if before else [], self.lines)
        changes = release_diff.write(diff, named, found)
        self.parts = {
            "images.jsonl": "".join(map(release_file.written_line, self.lines)).encode(),
            "diff.json": diff.getvalue().encode(),
            "certificates/round-3.json": json.dumps(self.paper).encode(),
        }
        proof = {
            **{"round": self.paper["about"]["round"], "digest": self.paper["digest"]},
            "file": "certificates/round-3.json",
        }
        self.about = {
            **{"format": release_file.FORMAT, "site": "label.test", "job": "birds"},
            **{"number": self.number, "made_at": "2026-11-30T20:00:00+00:00", "made_by": "mona"},
            **{"note": "", "classes": [{"index": 0, "name": "cat", "retired": False}]},
            "counts": tally.counts(excluded=2, certificates=1, changes=changes),
            **{"split": SHARES, "detector": {"round": 3, "digest": "d" * 64}},
            **{"certificates": [proof], "previous": named},
        }
        return self.sign()

    def sign(self) -> "Made":
        """Name all parts as they are, and sign that."""
        files = {name: hashlib.sha256(part).hexdigest() for name, part in self.parts.items()}
        body: Any = {**self.about, "files": files}
        for name in ("digest", "signature"):
            body.pop(name, None)
        self.about = dict(release_file.sign(body, self.key))
        return self

    def write(self, path: Path, also: Iterable[tuple[str, bytes]] = ()) -> str:
        """The zip."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            document = release_file.written(self.about)  # type: ignore[arg-type]
            for name, part in (("release.json", document.encode()), *self.parts.items(), *also):
                package.writestr(name, part)
        return str(path)


def refused(path: str, **options: Any) -> str:
    """What the command says of a file that does not hold."""
    with pytest.raises(CommandError) as error:
        call_command("verify_release", path, **options)
    return str(error.value)

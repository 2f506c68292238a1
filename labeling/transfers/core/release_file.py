"""A release as a file: one line an image, and the signed document that names all parts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from labeling.kernel import signatures
from labeling.kernel.boxes import Box
from labeling.kernel.digests import canonical, digest
from labeling.kernel.json_shapes import Changes, ReleaseCounts

FORMAT = "boxwise-release/1"
ABOUT, IMAGES, DIFF, PROOFS = "release.json", "images.jsonl", "diff.json", "certificates/"


class ImageLine(TypedDict):
    """One image of a release: `image` is the SHA-256 of the original; no label: source is empty
    and boxes are null."""

    image: str
    name: str
    width: int
    height: int
    split: str
    source: str
    boxes: list[Box] | None


class ReleaseClass(TypedDict):
    """A class; its index is the `class_id` of boxes."""

    index: int
    name: str
    retired: bool


class ReleaseDetector(TypedDict):
    """The job's latest detector: its round and the SHA-256 of its file."""

    round: int
    digest: str


class ReleaseCertificate(TypedDict):
    """A certificate of the job, and where in the zip it is."""

    round: int
    digest: str
    file: str


class Previous(TypedDict):
    """The release before."""

    number: int
    digest: str


class ReleaseBody(TypedDict):
    """What is signed; `files`: SHA-256 of every other file in the zip."""

    format: str
    site: str
    job: str
    number: int
    made_at: str
    made_by: str
    note: str
    classes: list[ReleaseClass]
    counts: ReleaseCounts
    split: list[int] | None
    detector: ReleaseDetector | None
    certificates: list[ReleaseCertificate]
    previous: Previous | None
    files: dict[str, str]


class ReleaseAbout(ReleaseBody):
    """The document release.json."""

    digest: str
    signature: signatures.Signature


def sign(body: ReleaseBody, private_key: str) -> ReleaseAbout:
    """The document of this body."""
    made = digest(body)
    return {**body, "digest": made, "signature": signatures.sign(private_key, made)}


def written(about: ReleaseAbout) -> str:
    """The one way to write the document: else two readers could see two contents in one file."""
    return json.dumps(about, indent=1, sort_keys=True, allow_nan=False) + "\n"


def written_line(line: ImageLine) -> str:
    """The one way to write an image."""
    return canonical(line).decode() + "\n"


class Tally:
    """Counts what is in a release, image after image."""

    def __init__(self, shares: Sequence[int] | None = None) -> None:
        self.images = self.labelled = self.boxes = 0
        self.sources: Counter[str] = Counter()
        self.splits: Counter[str] = Counter()
        self._is_split = shares is not None

    def add(self, line: ImageLine) -> None:
        """One more image."""
        self.images += 1
        if self._is_split:
            self.splits[line["split"]] += 1
        if line["boxes"] is not None:
            self.labelled += 1
            self.sources[line["source"]] += 1
            self.boxes += len(line["boxes"])

    def counts(self, *, excluded: int, certificates: int, changes: Changes) -> ReleaseCounts:
        """The counts of all of them."""
        return {
            "images": self.images,
            "labelled": self.labelled,
            "boxes": self.boxes,
            "excluded": excluded,
            "certificates": certificates,
            "sources": dict(self.sources),
            "splits": dict(self.splits),
            "changes": changes,
        }


def read_lines(lines: Iterable[bytes]) -> Iterator[ImageLine]:
    """The images in their order; raises ValueError for a line that is none, or out of order."""
    last = ""
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} of {IMAGES} is not JSON.") from error
        if not _is_line(line) or written_line(line).encode() != text:
            raise ValueError(f"line {number} of {IMAGES} is not an image as a release has it.")
        if line["image"] <= last:
            raise ValueError(f"line {number} of {IMAGES} is out of order, or an image again.")
        last = line["image"]
        yield line


def _is_line(line: object) -> bool:
    if not isinstance(line, dict) or line.keys() != ImageLine.__annotations__.keys():
        return False
    words = all(isinstance(line[key], str) for key in ("image", "name", "split", "source"))
    sizes = all(type(line[key]) is int and line[key] > 0 for key in ("width", "height"))
    boxes = line["boxes"]
    if boxes is None:
        return words and sizes and not line["source"]
    return (
        words
        and sizes
        and line["source"] != ""
        and isinstance(boxes, list)
        and all(map(_is_box, boxes))
    )


def _is_box(box: object) -> bool:
    if not isinstance(box, dict) or box.keys() - {"score"} != {"class_id", "x1", "y1", "x2", "y2"}:
        return False
    return type(box["class_id"]) is int and all(type(v) in (int, float) for v in box.values())


class Hashed:
    """Where a text may be written to learn its digest alone."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, text: str) -> int:
        """Take a part of it."""
        self._hash.update(text.encode())
        return len(text)

    def digest(self) -> str:
        """SHA-256 of all parts, in hex."""
        return self._hash.hexdigest()

"""Files on their way to a server: found, portioned, and written into a form."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

PIECE = 1 << 20
PART_FILES, PART_BYTES = 200, 32 << 20  # of one request of an upload
Body = tuple[str, Iterable[bytes]]  # content type, and what is sent


def found_files(path: Path) -> Iterator[Path]:
    """A file itself, or all files below a folder, but hidden ones."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        inside = found.relative_to(path).parts
        if found.is_file() and not any(name.startswith(".") for name in inside):
            yield found


def portions(files: Iterable[Path]) -> Iterator[list[Path]]:
    """The files in portions for one request each."""
    part: list[Path] = []
    size = 0
    for file in files:
        more = file.stat().st_size
        if part and (len(part) == PART_FILES or size + more > PART_BYTES):
            yield part
            part, size = [], 0
        part.append(file)
        size += more
    if part:
        yield part


def multipart(files: Iterable[Path], fields: Mapping[str, str]) -> Body:
    """Files and fields as a form, read while it is sent: an archive need not fit in memory."""
    border = uuid.uuid4().hex

    def pieces() -> Iterable[bytes]:
        for name, value in fields.items():
            yield _head(border, f'name="{name}"') + value.encode() + b"\r\n"
        for path in files:
            name = quote(path.name, safe="")
            yield _head(border, f"name=\"files\"; filename*=UTF-8''{name}")
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
            yield b"\r\n"
        yield f"--{border}--\r\n".encode()

    return f"multipart/form-data; boundary={border}", pieces()


def _head(border: str, words: str) -> bytes:
    return f"--{border}\r\nContent-Disposition: form-data; {words}\r\n\r\n".encode()

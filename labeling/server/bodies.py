"""Reads a request's body before a thread is taken: whole, within a limit, not too slowly."""

import asyncio
import errno
import re
import tempfile
import time
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings

from labeling.kernel import disk_space
from labeling.kernel.errors import DiskFull
from labeling.server.answers import Refused
from labeling.server.protocol import Message, Receive, Scope
from labeling.transfers.uploads import MAX_UPLOAD

UPLOADS = re.compile(
    r"/api/(v1/)?jobs/[^/]+/uploads(/[^/]+(/\d+)?)?"
    r"|/admin/labeling/job/(add|\d+/import|\d+/pictures)/"
)
IN_MEMORY = 1 << 18  # bytes; what is larger goes to a file without a name
BATCH = 1 << 20  # bytes written to that file at once
MB = 1 << 20


@dataclass(frozen=True)
class Pace:
    """How slow a sender may be."""

    silence: float = 20.0  # seconds without a byte
    rate: float = 1024.0  # bytes a second over all, counted from `silence` on


PACE = Pace()


class WentAway(Exception):
    """The sender broke off: half a body is not a request."""


def largest(path: str) -> int:
    """How many bytes a body at this address may have."""
    if is_upload(path):
        return MAX_UPLOAD + 64 * MB  # the form around the files; the view counts these alone
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + MB // 4  # the parsers name the limit in words


def is_upload(path: str) -> bool:
    """Whether files are sent there; nobody but a signed-in person may."""
    return UPLOADS.fullmatch(path) is not None


async def read(scope: Scope, receive: Receive, pace: Pace) -> tuple[IO[bytes], int]:
    """The body as a file at its beginning, and its length; raises Refused or WentAway."""
    limit = largest(scope["path"])
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)
    file: Any = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(settings.DATA_DIR))  # noqa: SIM115
    try:
        return file, await _fill(file, receive, limit, pace)
    except BaseException:
        file.close()
        raise


async def _fill(file: IO[bytes], receive: Receive, limit: int, pace: Pace) -> int:
    began, size, more = time.monotonic(), 0, True
    batch = bytearray()
    while more:
        message = await _next(receive, pace)
        batch += message.get("body", b"")
        more = message.get("more_body", False)
        if size + len(batch) > limit:
            raise _too_large(limit)
        late = time.monotonic() - began - pace.silence
        if more and size + len(batch) < late * pace.rate:
            raise _too_slow()
        if not more or len(batch) >= (BATCH if size else IN_MEMORY):
            size += len(batch)
            await _write(file, batch, on_disk=size > IN_MEMORY)
            batch = bytearray()
    file.seek(0)
    return size


async def _next(receive: Receive, pace: Pace) -> Message:
    try:
        async with asyncio.timeout(pace.silence):
            message = await receive()
    except TimeoutError:
        raise _too_slow() from None
    if message["type"] == "http.disconnect":
        raise WentAway
    return message


async def _write(file: IO[bytes], batch: bytearray, *, on_disk: bool) -> None:
    if not on_disk:
        file.write(batch)
        return
    try:
        await asyncio.to_thread(disk_space.for_people)
        await asyncio.to_thread(file.write, batch)
    except DiskFull as error:
        raise Refused(507, error.code, error.message) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        said = "The server's disk is full. Nothing was kept; try again once there is room."
        raise Refused(507, DiskFull.code, said) from error


def _too_large(limit: int) -> Refused:
    shown = f"{limit / 1024**3:.0f} GB" if limit >= 1024**3 else f"{limit / MB:.2g} MB"
    return Refused(
        413, "too_large", f"The request is larger than {shown}, the most this address takes."
    )


def _too_slow() -> Refused:
    return Refused(408, "too_slow", "The request came too slowly and was given up. Send it again.")

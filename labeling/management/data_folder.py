"""One supervisor for a data folder on a machine, and nobody else who reads it."""

import fcntl
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import CommandError

PATIENCE = 10.0  # seconds that children of a killed supervisor may take to end


@contextmanager
def only_supervisor(folder: Path) -> Iterator[int]:
    """Hold the folder while this process and those that inherit the yielded file live.

    A lock on an open file ends with the last process that has it, so nothing is left behind by
    kill -9, and the children of a killed supervisor keep a second one out until they have ended.
    Web servers on several machines may share a folder: each has a lock of its own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]", "_", socket.gethostname())
    with (folder / f"serve.{name}.lock").open("a+") as file:
        deadline = time.monotonic() + PATIENCE
        while not _locked(file.fileno()):
            file.seek(0)
            pid, _, since = file.read().strip().partition(" ")
            if _lives(pid) or time.monotonic() > deadline:
                raise CommandError(
                    f"Boxwise is served from {folder} already, by process {pid or 'unknown'} since "
                    f"{since or 'just now'}. Stop that one first (kill {pid or 'PID'}), or name "
                    "another folder in LABELING_DATA."
                )
            time.sleep(0.1)
        file.truncate(0)
        file.write(f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        yield file.fileno()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: str) -> bool:
    """Whether the process that wrote the file is still there."""
    if not pid.isdigit():
        return False
    with suppress(OSError):
        os.kill(int(pid), 0)
        return True
    return False


def make_private(folder: Path, media: Path) -> None:
    """Nobody but the owner reads the database and the pictures, of an older version's, too."""
    media.mkdir(mode=0o700, exist_ok=True)
    with suppress(PermissionError):  # a folder of somebody else, who decides about it
        media.chmod(0o700)
    for path in folder.glob("*.sqlite3*"):
        with suppress(PermissionError, FileNotFoundError):
            path.chmod(0o600)

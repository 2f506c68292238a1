"""Files that are either whole or not there: write aside, flush to disk, rename; and checkpoints."""

import hashlib
import logging
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import torch

logger = logging.getLogger(__name__)


def replace(path: Path, write: Callable[[Path], None]) -> None:
    """Put what `write` writes at `path`, in one step even if the machine stops halfway."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        write(aside)
        with aside.open("rb+") as handle:
            os.fsync(handle.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


Checkpoint: TypeAlias = dict[str, Any]  # tensors and plain values, as torch takes them


def digest(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal characters."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_checkpoint(path: Path, state: Checkpoint) -> None:
    """Store tensors and plain values; `state["identity"]` names what they belong to."""
    replace(path, lambda aside: torch.save(state, aside))


def read_checkpoint(path: Path, identity: str, device: torch.device) -> Checkpoint | None:
    """What write_checkpoint stored, or None where there is no file, or (logged) it is damaged or
    belongs to something else: a worker that cannot go on must begin anew, not stop for ever.
    """
    if not path.exists():
        return None
    try:
        if not zipfile.is_zipfile(path):  # torch.load answers garbage with any exception
            raise RuntimeError("not a whole file")
        with zipfile.ZipFile(path) as archive:
            if bad := archive.testzip():  # torch.load compares no checksum
                raise RuntimeError(f"{bad} is damaged")
        state: Checkpoint = torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        logger.warning("checkpoint %s cannot be read (%s): starting anew", path, error)
        return None
    if state.get("identity") != identity:
        logger.warning("checkpoint %s belongs to something else: starting anew", path)
        return None
    return state

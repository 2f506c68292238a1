"""Brings pictures in: digest, served copies, order of shuffling; the same content only once."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from labeling.kernel import disk_space, text
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid
from labeling.kernel.pictures import MAX_BYTES, Normaliser
from labeling.kernel.stored_files import digest_of, media_path
from labeling.models import Image, Job


@dataclass
class Incoming:
    """A picture on its way into a job."""

    name: str
    path: Path
    boxes: list[Box] | None = None  # boxes that came with it, already checked for shape


def shuffle_key(job: Job, digest: str) -> int:
    """The image's place in the job's random order: 62 bits of a seeded hash."""
    return int(hashlib.sha256(f"{job.seed}|{digest}".encode()).hexdigest()[:15], 16)


def prepare(job: Job, incoming: Incoming, intake: int, child: Normaliser) -> Image:
    """Copy the original, make the served copies, and return the row, not yet saved.

    Raises Invalid with the reason. Repeating it overwrites the same files.
    """
    disk_space.for_machine()
    name = text.clean(incoming.name, where="file name") or "unnamed"
    size = incoming.path.stat().st_size
    if size > MAX_BYTES:
        raise Invalid(f"{size / 1024**2:.0f} MB; at most {MAX_BYTES // 1024**2} MB.")
    digest = digest_of(incoming.path)
    folder = f"jobs/{job.pk}"
    for part in ("original", "full", "preview"):
        media_path(f"{folder}/{part}").mkdir(parents=True, exist_ok=True)
    full, preview = f"{folder}/full/{digest}", f"{folder}/preview/{digest}.jpg"
    made = child.run(incoming.path, media_path(full), media_path(preview))
    original = f"{folder}/original/{digest}.{made['suffix']}"
    _copy(incoming.path, media_path(original))
    return Image(
        job=job,
        original=original,
        file=full,
        preview=preview,
        name=name,
        width=made["width"],
        height=made["height"],
        digest=digest,
        intake=intake,
        perceptual_hash=made["perceptual_hash"],
        shuffle=shuffle_key(job, digest),
    )


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        return
    temporary = target.with_suffix(".part")
    with source.open("rb") as read, temporary.open("wb") as write:
        shutil.copyfileobj(read, write)
        write.flush()
        os.fsync(write.fileno())
    temporary.replace(target)

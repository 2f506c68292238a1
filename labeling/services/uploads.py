"""Keeps uploaded files until an import has read them."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.auth.models import User

from labeling.core import text
from labeling.errors import Invalid
from labeling.models import Job, Transfer
from labeling.services import room, transfers
from labeling.services.images import media_path

MAX_UPLOAD = 2 * 1024**3


def receive(
    job: Job, by: User | None, files: Sequence[Any], *, coco: str | None, boxes: str
) -> Transfer:
    """Queue the import of one zip, or of several pictures (with their COCO file, if any)."""
    room.for_machine()
    if not files:
        raise Invalid("Choose pictures or a zip archive.", where="files")
    if sum(f.size for f in files) > MAX_UPLOAD:
        raise Invalid("More than 2 GB; put the pictures in a folder on the server.", where="files")
    folder = f"uploads/{uuid.uuid4().hex}"
    if len(files) == 1 and str(files[0].name).lower().endswith(".zip"):
        name = f"{folder}.zip"
        _keep(files[0], media_path(name))
        return transfers.start_import(job, by, "zip", name, coco=coco, boxes=boxes)
    if any(str(f.name).lower().endswith(".zip") for f in files):
        raise Invalid("One zip at a time, or pictures only.", where="files")
    for i, file in enumerate(files):
        # two files of one name may come from two folders: a number keeps both
        name = PurePosixPath(text.clean(str(file.name).replace("\\", "/"), where="files")).name
        target = media_path(folder) / name
        if target.exists():
            target = target.with_name(f"{i}-{name}")
        _keep(file, target)
        if coco is None and name.lower().endswith(".json"):
            coco = name
    return transfers.start_import(job, by, "files", folder, coco=coco, boxes=boxes)


def _keep(file: Any, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())

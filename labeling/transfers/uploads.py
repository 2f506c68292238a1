"""Keeps uploaded files until an import has read them."""

import os
import re
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile

from labeling.kernel import disk_space, text
from labeling.kernel.errors import Invalid
from labeling.kernel.file_kinds import HEAD, archive
from labeling.kernel.stored_files import media_path
from labeling.models import Job, Transfer
from labeling.transfers import sources, transfers

Uploaded: TypeAlias = "UploadedFile[bytes]"
MAX_UPLOAD = 2 * 1024**3
LONGEST_NAME = 240  # bytes


def receive(job: Job, by: User | None, files: Sequence[Uploaded], *, boxes: str) -> Transfer:
    """Queue the import of one zip, or of several files; `boxes` as in transfers.start_import."""
    disk_space.for_machine()
    if not files:
        raise Invalid("Choose pictures or a zip archive.", where="files")
    if sum(f.size or 0 for f in files) > MAX_UPLOAD:
        raise Invalid("More than 2 GB; put the pictures in a folder on the server.", where="files")
    folder = f"{sources.UPLOADS}/{uuid.uuid4().hex}"
    zips = [f for f in files if _is_zip(f)]
    if len(files) == 1 and zips:
        name = f"{folder}.zip"
        _keep(files[0], media_path(name))
        return transfers.start_import(job, by, "zip", name, boxes=boxes)
    if zips:
        raise Invalid("One zip at a time, or pictures only.", where="files")
    _keep_all(files, media_path(folder))
    return transfers.start_import(job, by, "files", folder, boxes=boxes)


def keep_part(job: Job, upload: str, part: int, files: Sequence[Uploaded]) -> None:
    """Keep one part of an upload that takes several requests; the same part again replaces it.

    `upload` is what the sender calls it: 32 hexadecimal digits.
    """
    disk_space.for_machine()
    if not files:
        raise Invalid("Choose pictures or a zip archive.", where="files")
    folder = media_path(_folder(job, upload)) / f"{part:018}"
    shutil.rmtree(folder, ignore_errors=True)
    _keep_all(files, folder)


def finish(job: Job, by: User | None, upload: str, *, boxes: str) -> Transfer:
    """Queue the import of all parts that were kept; once, however often it is asked for."""
    folder = _folder(job, upload)
    if there := job.transfers.filter(source=folder).first():
        return there
    if not media_path(folder).is_dir():
        raise Invalid("No part of this upload is here: send the files first.", where="upload")
    return transfers.start_import(job, by, "files", folder, boxes=boxes)


def _folder(job: Job, upload: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", upload):
        raise Invalid("An upload is named by 32 hexadecimal digits.", where="upload")
    return f"{sources.UPLOADS}/{job.pk}-{upload}"


def _keep_all(files: Sequence[Uploaded], folder: Path) -> None:
    """Two files of one name may come from two folders: a number keeps both."""
    names = [_name(file) for file in files]
    for name, file in zip(sources.apart(names), files, strict=True):
        _keep(file, folder / name)


def _is_zip(file: Uploaded) -> bool:
    if str(file.name).lower().endswith(".zip"):
        return True
    head = file.read(HEAD)
    file.seek(0)
    return archive(head) == "zip"


def _name(file: Uploaded) -> str:
    """The file's name without folders; raises Invalid for one that no disk keeps."""
    name = PurePosixPath(text.clean(str(file.name).replace("\\", "/"), where="files")).name
    if len(name.encode()) > LONGEST_NAME:
        raise Invalid(f"The name {name[:60]!r}... is too long; rename the file.", where="files")
    return name or "unnamed"


def _keep(file: Uploaded, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())

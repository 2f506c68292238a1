"""A job's instructions: the pictures in them, and who has read which wording."""

import hashlib
import tempfile
from pathlib import Path

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import slugify

from labeling.kernel import events, text
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.pictures import MAX_BYTES, Normalised, Normaliser
from labeling.kernel.stored_files import digest_of, media_path
from labeling.models import InstructionPicture, InstructionsRead, Job

MOST_PICTURES = 60


def digest(job: Job) -> str:
    """Names the present wording; empty without instructions."""
    words = job.instructions.strip()
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def unread(job: Job, user: User) -> bool:
    """Whether the person has not yet read the instructions as they are worded now."""
    now = digest(job)
    if not now:
        return False
    return not InstructionsRead.objects.filter(job=job, user=user, digest=now).exists()


def mark_read(job: Job, user: User, seen: str) -> None:
    """The person has read the wording of this digest."""
    InstructionsRead.objects.update_or_create(job=job, user=user, defaults={"digest": seen})


def add_picture(
    job: Job, by: User | None, upload: "UploadedFile[bytes]", name: str = ""
) -> InstructionPicture:
    """Keep a cleaned copy of an uploaded picture; `name` defaults to that of the file.

    Instructions show it by `![words](picture:NAME)`. The same name again replaces the picture.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(f"At most {MAX_BYTES // 1024**2} MB for a picture.", where="picture")
    stem = Path(text.clean(str(upload.name), where="picture")).stem
    slug = slugify(name.strip() or stem)[:60]
    if not slug:
        raise Invalid("Give the picture a name of letters and digits.", where="name")
    others = InstructionPicture.objects.filter(job=job).exclude(name=slug)
    if others.count() >= MOST_PICTURES:
        raise Conflict(f"At most {MOST_PICTURES} images fit one job's guidelines.")
    made, digest = _keep(job, upload)
    with transaction.atomic():
        row, _ = InstructionPicture.objects.update_or_create(
            job=job,
            name=slug,
            defaults={
                "file": f"jobs/{job.pk}/instructions/{digest}",
                "digest": digest,
                "width": made["width"],
                "height": made["height"],
            },
        )
        events.record(job, "job_edited", by, fields=[f"picture {slug}"])
    return row


def _keep(job: Job, upload: "UploadedFile[bytes]") -> tuple[Normalised, str]:
    folder = media_path(f"jobs/{job.pk}/instructions")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch, Normaliser() as child:
        source = Path(scratch) / "source"
        with source.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        full, small = Path(scratch) / "full", Path(scratch) / "small"
        made = child.run(source, full, small)
        digest = digest_of(full)
        full.replace(folder / digest)
    return made, digest


def remove_picture(picture: InstructionPicture, by: User | None) -> None:
    """Take a picture out; its file stays, another job's copy may point at it."""
    with transaction.atomic():
        events.record(picture.job, "job_edited", by, fields=[f"picture {picture.name}"])
        picture.delete()


def copy_pictures(source: Job, made: Job) -> None:
    """A copied job names the same pictures; the files are immutable, so both may point at them."""
    InstructionPicture.objects.bulk_create(
        [
            InstructionPicture(
                job=made,
                name=row.name,
                file=row.file,
                digest=row.digest,
                width=row.width,
                height=row.height,
            )
            for row in InstructionPicture.objects.filter(job=source)
        ]
    )

"""Makes releases: numbered, signed snapshots of a job's data set, in the background."""

import shutil
from pathlib import Path

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from labeling.kernel import disk_space, events
from labeling.kernel.errors import Conflict, Invalid, Later
from labeling.kernel.json_shapes import ReleaseOptions, TransferOptions
from labeling.kernel.stored_files import media_path
from labeling.kernel.text import clean
from labeling.ledger import runner
from labeling.ledger.leases import Lease
from labeling.models import Job, Release, Transfer
from labeling.transfers import export_options, release_package

FOLDER = "releases"  # a folder below it for each attempt, named by the owner of its lease
NOTE = 1000


def start_release(
    job: Job, by: User | None, *, note: str = "", split: list[int] | None = None
) -> Transfer:
    """Queue the next release, or give the same one that is under way.

    `split`: percent of training, validation and test images.
    """
    if not job.images.exists():
        raise Invalid("The job has no images yet.")
    asked: ReleaseOptions = {
        "note": clean(note, limit=NOTE, where="note").strip(),
        "split": export_options.shares(split) if split else None,
    }
    rows = Transfer.objects.filter(job=job, kind=Transfer.Kind.RELEASE)
    row: Transfer = rows.under_way(timezone.now()).first() or _queued(job, by, {"release": asked})
    if row.options["release"] != asked:
        raise Conflict("Another release of this job is being made: wait until it is there.")
    return row


def _queued(job: Job, by: User | None, options: TransferOptions) -> Transfer:
    try:
        with transaction.atomic():
            row = Transfer.objects.create(
                job=job, kind=Transfer.Kind.RELEASE, format="zip", options=options, created_by=by
            )
            events.record(job, "release_started", by)
            transaction.on_commit(lambda: runner.enqueue(row), robust=True)
    except IntegrityError:  # somebody else asked at the same moment
        return Transfer.objects.filter(job=job, kind=Transfer.Kind.RELEASE).latest("pk")
    return row


def make(row: Transfer, lease: Lease[Transfer]) -> Release:
    """Write the file, then the row of the release and the end of the transfer in one transaction.

    Each attempt has a folder of its own: one that was taken over, and does not know it yet, must
    not replace the file that a release's digest is of.
    """
    job = row.job
    before = job.releases.first()  # type: ignore[attr-defined]
    number = before.number + 1 if before else 1
    name = f"{FOLDER}/{lease.owner}/{job.slug}-release-{number}.zip"
    path = media_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def heartbeat(done: int, total: int) -> None:
        disk_space.for_machine()
        lease.renew(done, total)

    about = release_package.write_release(row, before, number, path, heartbeat)
    counts, size = about["counts"], path.stat().st_size
    try:
        with lease.fenced(last=True, size=size, report={"images": counts["images"]}):
            made = Release.objects.create(
                job=job,
                transfer=row,
                number=number,
                note=about["note"],
                digest=about["digest"],
                previous_digest=before.digest if before else "",
                counts=counts,
                file=name,
                size=size,
                made_by=row.created_by,
                made_at=about["made_at"],
            )
            events.record(job, "release_made", None, number=number, images=counts["images"])
    except IntegrityError as error:  # by one that had failed and was tried again meanwhile
        raise Later(
            f"Another release {number} was made meanwhile: this one begins anew."
        ) from error
    return made


def clean_up_left() -> None:
    """Remove what attempts left whose lease went to another, or that were given up."""
    left = {path.name: path for path in media_path(FOLDER).glob("*")}
    if not left:
        return
    # in this order: an attempt that ends between the two queries is found by the second
    held = Transfer.objects.unfinished().filter(lease_owner__in=left)
    kept = set(held.values_list("lease_owner", flat=True))
    kept |= {Path(file).parent.name for file in Release.objects.values_list("file", flat=True)}
    for owner in left.keys() - kept:
        shutil.rmtree(left[owner], ignore_errors=True)

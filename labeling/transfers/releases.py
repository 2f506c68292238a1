"""Makes releases: numbered, signed snapshots of a job's data set, in the background."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils import timezone

from labeling.jobs import model_plugin
from labeling.kernel import disk_space, events
from labeling.kernel.errors import Conflict, Invalid, Later
from labeling.kernel.json_shapes import ReleaseOptions, TransferOptions
from labeling.kernel.stored_files import digest_of, media_path
from labeling.kernel.text import clean
from labeling.ledger import runner
from labeling.ledger.leases import Lease
from labeling.models import Certificate, Image, Job, Label, Release, Transfer
from labeling.models.member import display_name
from labeling.transfers import export_options
from labeling.transfers.core import release_diff, release_file
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.release_file import (
    DIFF,
    IMAGES,
    PROOFS,
    ImageLine,
    ReleaseAbout,
    ReleaseBody,
    Tally,
)
from labeling.transfers.core.release_verification import (
    ReleaseFile,
    Unreadable,
    document_faults,
)
from labeling.transfers.core.splits import split_of

Heartbeat = Callable[[int, int], None]  # images done, of how many
CHUNK = 500
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

    about = _write(row, before, number, path, heartbeat)
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


def _write(
    row: Transfer, before: Release | None, number: int, path: Path, heartbeat: Heartbeat
) -> ReleaseAbout:
    """The zip at `path`, which is whole or not there; its document."""
    job, asked = row.job, row.options["release"]
    shares, total = asked["split"], job.images.count()
    tally = Tally(shares)
    with Package(path, packed=True, heartbeat=lambda: heartbeat(total, total)) as package:
        images, diff = package.text(IMAGES), package.text(DIFF)
        for line in _images(job, shares, lambda done: heartbeat(done, total)):
            tally.add(line)
            images.write(release_file.written_line(line))
        images.flush()
        previous: release_file.Previous | None = None
        if before:
            previous = {"number": before.number, "digest": before.digest}
        changes = release_diff.write(
            diff, previous, _changes(before, Path(images.name), package.heartbeat)
        )
        diff.flush()
        files = {IMAGES: digest_of(Path(images.name)), DIFF: digest_of(Path(diff.name))}
        # after the images: a certificate is written before the labels that name it, and a class
        # before the first box of it
        certificates: list[release_file.ReleaseCertificate] = []
        for proof in Certificate.objects.filter(round__job=job).order_by("round__number"):
            name = f"{PROOFS}round-{proof.round.number}.json"
            files[name] = package.add_hashed(name, json.dumps(proof.document) + "\n")
            certificates.append({"round": proof.round.number, "digest": proof.digest, "file": name})
        body: ReleaseBody = {
            "format": release_file.FORMAT,
            "site": next(iter(settings.ALLOWED_HOSTS), ""),
            "job": job.slug,
            "number": number,
            "made_at": timezone.now().isoformat(),
            "made_by": display_name(row.created_by) if row.created_by else "",
            "note": asked["note"],
            "classes": [
                {"index": kind.index, "name": kind.name, "retired": kind.retired}
                for kind in job.classes.order_by("index")
            ],
            "counts": tally.counts(
                excluded=job.images.exclude(excluded="").count(),
                certificates=len(certificates),
                changes=changes,
            ),
            "split": shares,
            "detector": _detector(job),
            "certificates": certificates,
            "previous": previous,
            "files": files,
        }
        about = release_file.sign(body, settings.SIGNING_KEY)
        package.add(release_file.ABOUT, release_file.written(about))
        package.finish()
    return about


def _images(
    job: Job, shares: list[int] | None, progress: Callable[[int], None]
) -> Iterator[ImageLine]:
    """The present images by their digest; each is read once, with the label that holds then."""
    active = Prefetch("labels", Label.objects.active(), to_attr="active")
    last, done = "", 0
    while True:
        # pages by key instead of one long read, which would hold SQLite's log open
        found = job.images.filter(digest__gt=last).order_by("digest").prefetch_related(active)
        page: list[Image] = list(found[:CHUNK])
        if not page:
            return
        for image in page:
            if image.excluded:
                continue
            label: Label | None = next(iter(image.active), None)  # type: ignore[attr-defined]
            yield {
                "image": image.digest,
                "name": image.name,
                "width": image.width,
                "height": image.height,
                "split": split_of(image.digest, shares) if shares else "",
                "source": label.source if label else "",
                "boxes": label.boxes if label else None,
            }
        done, last = done + len(page), page[-1].digest
        progress(done)


def _changes(
    before: Release | None, images: Path, heartbeat: Callable[[], None]
) -> Iterator[release_diff.Change]:
    """How these images differ from those of the release before, whose file must be as it was."""

    def beating(lines: Iterator[ImageLine]) -> Iterator[ImageLine]:
        for done, line in enumerate(lines, 1):
            if done % (10 * CHUNK) == 0:
                heartbeat()
            yield line

    with images.open("rb") as text:
        lines = beating(release_file.read_lines(text))
        if before is None:
            yield from release_diff.changes((), lines)
            return
        path = media_path(before.file)
        problem = f"Restore the file of release {before.number} from a backup, {before.file}:"
        try:
            with ReleaseFile(path) as earlier:
                told = earlier.about
                if told["digest"] != before.digest:
                    raise Invalid(f"{problem} it is another one.")
                changed = document_faults(earlier)
                if changed or earlier.digest_of(IMAGES) != told["files"][IMAGES]:
                    raise Invalid(f"{problem} it was changed.")
                yield from release_diff.changes(earlier.images(), lines)
        except Unreadable as error:
            raise Invalid(f"{problem} {error}") from error


def _detector(job: Job) -> release_file.ReleaseDetector | None:
    """The job's latest, and the SHA-256 of its file."""
    for packer in model_plugin.DETECTOR_PACKERS:
        if numbers := packer.rounds(job):
            return {"round": numbers[0], "digest": packer.digest(job, numbers[0])}
    return None

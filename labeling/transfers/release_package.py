"""Writes the file of a release: walks the images, compares them to the release before, signs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from labeling.jobs import model_plugin
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import digest_of, media_path
from labeling.models import Certificate, Image, Job, Label, Release, Transfer
from labeling.models.member import display_name
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
from labeling.transfers.core.release_reader import ReleaseFile, Unreadable
from labeling.transfers.core.release_verification import document_faults
from labeling.transfers.core.splits import split_of

Heartbeat = Callable[[int, int], None]  # images done, of how many
CHUNK = 500


def write_release(
    row: Transfer, before: Release | None, number: int, path: Path, heartbeat: Heartbeat
) -> ReleaseAbout:
    """The zip at `path`, which is whole or not there; its document."""
    job, asked = row.job, row.options["release"]
    shares, total = asked["split"], job.images.count()
    tally = Tally(shares)
    with Package(path, packed=True, heartbeat=lambda: heartbeat(total, total)) as package:
        images, diff = package.text(IMAGES), package.text(DIFF)
        for line in present_images(job, shares, lambda done: heartbeat(done, total)):
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


def present_images(
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

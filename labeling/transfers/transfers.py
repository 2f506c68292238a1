"""Imports, exports and releases as background work that can be killed and resumed."""

from functools import partial
from typing import Unpack

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from labeling.kernel import disk_space, events
from labeling.kernel.json_shapes import ExportOptions, TransferOptions, TransferReport
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Job, Transfer
from labeling.transfers import (
    detector_exports,
    export_options,
    exports,
    imports,
    releases,
    sources,
)
from labeling.transfers.imports import Lease


def start_import(
    job: Job, by: User | None, format: str, source: str, **options: Unpack[TransferOptions]
) -> Transfer:
    """Queue an import; `format` is folder, zip or files, `source` where it lies.

    `options`: boxes (what becomes of boxes that come along: annotations.BOX_USES), keep (names to
    take, all by default).
    """
    started = job.rounds.exists()
    with transaction.atomic():
        last = job.images.aggregate(n=Max("intake"))["n"]
        intake = (last or 0) + 1 if started else 0
        row = Transfer.objects.create(
            job=job,
            kind="import",
            format=format,
            source=source,
            options=options,
            intake=intake,
            created_by=by,
        )
        events.record(job, "import_started", by, format=format)
        transaction.on_commit(lambda: runner.enqueue(row), robust=True)
    return row


def start_export(
    job: Job, by: User | None, format: str, **asked: Unpack[ExportOptions]
) -> Transfer:
    """Queue an export of the labels as they stand when it runs, or give the one under way.

    `format` is one of core.export_formats, or a detector; `asked` is how it differs from the plain
    one.
    """
    detector = format == detector_exports.FORMAT
    options = (
        detector_exports.check(job, asked) if detector else export_options.check(job, format, asked)
    )
    stored: TransferOptions = {"export": options} if options else {}
    like = {
        "job": job,
        "kind": Transfer.Kind.EXPORT,
        "format": format,
        "options_digest": export_options.digest(options),
    }
    same = Transfer.objects.filter(**like)
    if under_way := same.under_way(timezone.now()).first():
        return under_way
    try:
        with transaction.atomic():
            row = Transfer.objects.create(**like, options=stored, created_by=by)
            events.record(job, "export_started", by, format=format)
            transaction.on_commit(lambda: runner.enqueue(row), robust=True)
    except IntegrityError:  # somebody else asked at the same moment
        return same.latest("pk")
    return row


def _do(row: Transfer, lease: Lease) -> None:
    if row.kind == Transfer.Kind.IMPORT:
        imports.run_import(row, lease)
    elif row.kind == Transfer.Kind.RELEASE:
        releases.make(row, lease)
    else:
        _export(row, lease)


def _failed(row: Transfer) -> None:
    """What was uploaded for an import that is not tried again goes."""
    if row.kind == Transfer.Kind.IMPORT and row.is_given_up:
        sources.clean_up(row)


runner.register(Transfer, _do, _failed)


def _export(row: Transfer, lease: Lease) -> None:
    options = row.options.get("export", {})
    detector = row.format == detector_exports.FORMAT
    name = detector_exports.file_of(row) if detector else exports.file_of(row)
    path = media_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def progress(done: int, total: int) -> None:
        disk_space.for_machine()
        lease.renew(done, total)

    report: TransferReport = {}
    if detector:
        detector_exports.write(row.job, options, path, partial(progress, 0, 0))
        told: dict[str, int] = {"round": options["round"]}
    else:
        count = exports.write_export(row.job, row.format, options, path, progress)
        report, told = {"images": count}, {"images": count}
    stored = {"file": name, "size": path.stat().st_size, "report": report}
    kind = "detector_exported" if detector else "export_finished"
    with lease.fenced(last=True, **stored):
        events.record(row.job, kind, None, format=row.format, **told)

"""Imports and exports as background work that can be killed and resumed."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from labeling.kernel import disk_space, events, faults
from labeling.kernel.changes import changed
from labeling.kernel.errors import DiskFull, Invalid, LabelingError, LeaseLost
from labeling.kernel.stored_files import media_path
from labeling.ledger import queue
from labeling.models import Job, Transfer
from labeling.transfers import exports, imports, sources

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.STEP_LEASE_SECONDS)
MAX_ATTEMPTS = Transfer.MAX_ATTEMPTS
GIVEN_UP = f"Its worker died {MAX_ATTEMPTS} times at the same place, so it is not tried again."


def start_import(job: Job, by: User | None, format: str, source: str, **options: Any) -> Transfer:
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
        transaction.on_commit(lambda: enqueue(row.pk), robust=True)
    return row


def start_export(job: Job, by: User | None, format: str) -> Transfer:
    """Queue an export of all labels as they stand when it runs, or give the one under way."""
    if format not in exports.WRITERS:
        raise Invalid(f"Choose a format: {', '.join(exports.WRITERS)}.", where="format")
    same = Transfer.objects.filter(job=job, kind=Transfer.Kind.EXPORT, format=format)
    if under_way := same.unfinished(timezone.now()).first():
        return under_way
    try:
        with transaction.atomic():
            row = Transfer.objects.create(job=job, kind="export", format=format, created_by=by)
            events.record(job, "export_started", by, format=format)
            transaction.on_commit(lambda: enqueue(row.pk), robust=True)
    except IntegrityError:  # somebody else asked at the same moment
        return same.latest("pk")
    return row


def enqueue(transfer_id: int) -> None:
    """Put a message for this transfer on the queue, at most one a minute."""
    now = timezone.now()
    due = Q(enqueued_at=None) | Q(enqueued_at__lt=now - LEASE)
    if Transfer.objects.filter(due, pk=transfer_id).update(enqueued_at=now):
        queue.send("transfer", transfer_id)


def enqueue_waiting() -> None:
    """Remind the queue of transfers that nobody works on; give up, in words, what kills workers.

    What was uploaded for an import that will not be tried again goes.
    """
    now = timezone.now()
    free = Q(lease_owner="") | Q(lease_expires_at__lt=now)
    waiting = Transfer.objects.filter(free, finished_at=None)
    waiting.filter(attempts__gte=MAX_ATTEMPTS, error="").update(error=GIVEN_UP, lease_owner="")
    for row in waiting.filter(attempts__lt=MAX_ATTEMPTS):
        enqueue(row.pk)
    sources.clean_up_left(now)


class Holder:
    """The right to work on one transfer; every write is fenced by it."""

    def __init__(self, row: Transfer, owner: str) -> None:
        self.row, self.owner = row, owner

    @contextmanager
    def fenced(self, **values: Any) -> Iterator[None]:
        """A transaction that commits only while the transfer is ours."""
        faults.point("transfer.before_write")
        with transaction.atomic():
            held = Transfer.objects.filter(pk=self.row.pk, lease_owner=self.owner).update(
                lease_expires_at=timezone.now() + LEASE, **values
            )
            if not held:
                raise LeaseLost("This transfer was taken over by another worker.")
            yield
        faults.point("transfer.after_write")


@queue.worker("transfer")
def run_transfer(transfer_id: int) -> None:
    """Do one transfer if it is free and not given up: messages may outlive their attempt."""
    owner, now = str(uuid.uuid4()), timezone.now()
    free = Q(lease_owner="") | Q(lease_expires_at__lt=now)
    waiting = Transfer.objects.filter(
        free, pk=transfer_id, finished_at=None, attempts__lt=MAX_ATTEMPTS
    )
    if not waiting.update(
        lease_owner=owner, lease_expires_at=now + LEASE, attempts=F("attempts") + 1
    ):
        return
    row = Transfer.objects.select_related("job").get(pk=transfer_id)
    holder = Holder(row, owner)
    try:
        if row.kind == Transfer.Kind.IMPORT:
            imports.run_import(row, holder)
            changed(row.job)
        else:
            _export(row, holder)
    except DiskFull as error:
        log.error("transfer=%s waits: %s", transfer_id, error)  # reconciliation starts it again
        Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            error=error.message, lease_owner="", attempts=F("attempts") - 1
        )
    except LeaseLost:
        log.warning("transfer=%s lost its lease", transfer_id)
    except Exception as error:
        log.exception("transfer=%s failed", transfer_id)
        final = isinstance(error, LabelingError)
        kept = Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            error=(str(error) or type(error).__name__)[:2000],
            lease_owner="",
            attempts=MAX_ATTEMPTS if final else F("attempts"),
        )
        if kept and final and row.kind == Transfer.Kind.IMPORT:
            sources.clean_up(row)
    except BaseException:  # the worker is told to stop, which is no fault of this transfer
        Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            lease_owner="", lease_expires_at=None, enqueued_at=None, attempts=F("attempts") - 1
        )
        raise


def _export(row: Transfer, holder: Holder) -> None:
    name = f"exports/{row.pk}/{row.job.slug}.{exports.SUFFIXES[row.format]}"
    path = media_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def progress(done: int, total: int) -> None:
        disk_space.for_machine()
        with holder.fenced(done=done, total=total):
            pass

    count = exports.WRITERS[row.format](row.job, path, progress)
    with holder.fenced(
        file=name,
        size=path.stat().st_size,
        finished_at=timezone.now(),
        error="",
        report={"images": count},
    ):
        events.record(row.job, "export_finished", None, format=row.format, images=count)

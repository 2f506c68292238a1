"""Imports and exports as background work that can be killed and resumed."""

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from labeling import faults
from labeling.errors import Invalid, LabelingError, LeaseLost, NoRoom
from labeling.models import Image, Job, Label, Transfer
from labeling.pictures import Normaliser
from labeling.services import events, exports, importing, jobs, room
from labeling.services.images import Incoming, media_path, prepare

log = logging.getLogger(__name__)

CHUNK = 25
LEASE = timedelta(seconds=settings.STEP_LEASE_SECONDS)
MAX_ATTEMPTS = Transfer.MAX_ATTEMPTS
GIVEN_UP = f"Its worker died {MAX_ATTEMPTS} times at the same place, so it is not tried again."
LISTED = 500  # refused or doubled files named in a report; beyond that they are counted


def start_import(job: Job, by: User | None, format: str, source: str, **options: Any) -> Transfer:
    """Queue an import; `format` is folder, zip or files, `source` where it lies.

    `options`: coco (name of the annotation file inside the source), boxes (ignore, labels or
    suggestions), keep (names to take, all by default).
    """
    started = job.rounds.exists()
    with transaction.atomic():
        last = job.images.aggregate(n=Max("intake"))["n"]
        intake = (last or 0) + 1 if started else 0
        row = Transfer.objects.create(
            job=job, kind="import", format=format, source=source, options=options,
            intake=intake, created_by=by,
        )  # fmt: skip
        events.record(job, "import_started", by, format=format)
        transaction.on_commit(lambda: nudge(row.pk), robust=True)
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
            transaction.on_commit(lambda: nudge(row.pk), robust=True)
    except IntegrityError:  # somebody else asked at the same moment
        return same.latest("pk")
    return row


def nudge(transfer_id: int) -> None:
    """Put a message for this transfer on the queue, at most one a minute."""
    from labeling import tasks  # tasks import services; only their names are needed here

    now = timezone.now()
    due = Q(nudged_at=None) | Q(nudged_at__lt=now - LEASE)
    if Transfer.objects.filter(due, pk=transfer_id).update(nudged_at=now):
        faults.point("enqueue.before")
        tasks.run_transfer.enqueue(transfer_id)
        faults.point("enqueue.after")


def nudge_waiting() -> None:
    """Remind the queue of transfers that nobody works on; give up, in words, what kills workers."""
    now = timezone.now()
    free = Q(lease_owner="") | Q(lease_expires_at__lt=now)
    waiting = Transfer.objects.filter(free, finished_at=None)
    waiting.filter(attempts__gte=MAX_ATTEMPTS, error="").update(error=GIVEN_UP, lease_owner="")
    for row in waiting.filter(attempts__lt=MAX_ATTEMPTS):
        nudge(row.pk)


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


def run(transfer_id: int) -> None:
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
            _import(row, holder)
        else:
            _export(row, holder)
    except NoRoom as error:
        log.error("transfer=%s waits: %s", transfer_id, error)  # the sweep starts it again
        Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            error=error.message, lease_owner="", attempts=F("attempts") - 1
        )
    except LeaseLost:
        log.warning("transfer=%s lost its lease", transfer_id)
    except Exception as error:
        log.exception("transfer=%s failed", transfer_id)
        final = isinstance(error, LabelingError)
        Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            error=(str(error) or type(error).__name__)[:2000], lease_owner="",
            attempts=MAX_ATTEMPTS if final else F("attempts"),
        )  # fmt: skip
    except BaseException:  # the worker is told to stop, which is no fault of this transfer
        Transfer.objects.filter(pk=row.pk, lease_owner=owner).update(
            lease_owner="", lease_expires_at=None, nudged_at=None, attempts=F("attempts") - 1
        )
        raise


def _export(row: Transfer, holder: Holder) -> None:
    name = f"exports/{row.pk}/{row.job.slug}.{exports.SUFFIXES[row.format]}"
    path = media_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def progress(done: int, total: int) -> None:
        room.for_machine()
        with holder.fenced(done=done, total=total):
            pass

    count = exports.WRITERS[row.format](row.job, path, progress)
    with holder.fenced(
        file=name, size=path.stat().st_size, finished_at=timezone.now(), error="",
        report={"images": count},
    ):  # fmt: skip
        events.record(row.job, "export_finished", None, format=row.format, images=count)


def _import(row: Transfer, holder: Holder) -> None:
    report = row.report or {
        "imported": 0, "duplicates": 0, "refused": 0, "boxes": 0, "notes": [], "listed": []
    }  # fmt: skip
    with importing.source_of(row) as source:
        notes = importing.notes_of(row, source)
        names = source.names()
        if not row.cursor:
            report["notes"] += notes.sentences
            report["refused_boxes"] = notes.refused
        with holder.fenced(total=len(names)):
            pass
        with Normaliser() as child:
            for start in range(row.cursor, len(names), CHUNK):
                chunk = names[start : start + CHUNK]
                images = _prepare(row, source, notes, chunk, child, report)
                _store(row, holder, images, notes, start + len(chunk), report)
    unseen = notes.unseen(names)
    if unseen:
        report["notes"].append(
            f"{len(unseen)} pictures of the COCO file are not in the source, first {unseen[0]!r}."
        )
    with holder.fenced(finished_at=timezone.now(), error="", report=report, done=len(names)):
        events.record(
            row.job, "import_finished", None,
            **{k: report[k] for k in ("imported", "duplicates", "refused", "boxes")},
        )  # fmt: skip
    importing.clean_up(row)
    jobs.reopen(row.job)


def _prepare(
    row: Transfer, source: importing.Source, notes: importing.Notes, names: Sequence[str],
    child: Normaliser, report: dict[str, Any],
) -> list[tuple[Image, list[Any] | None]]:  # fmt: skip
    images = []
    for name in names:
        try:
            with source.open(name) as path:
                image = prepare(row.job, Incoming(name, path), row.intake, child)
            images.append((image, notes.boxes_for(name, image)))
        except Invalid as error:
            _list(report, "refused", name, error.message)
    return images


def _store(
    row: Transfer, holder: Holder, images: Sequence[tuple[Image, list[Any] | None]],
    notes: importing.Notes, cursor: int, report: dict[str, Any],
) -> None:  # fmt: skip
    """Save a chunk and the cursor in one transaction, so that a rerun neither doubles nor drops."""
    known = {
        i.digest: i.name
        for i in row.job.images.filter(digest__in=[image.digest for image, _ in images])
    }
    fresh: list[tuple[Image, list[Any] | None]] = []
    for image, boxes in images:
        if image.digest in known:
            _list(report, "duplicates", image.name, f"same content as {known[image.digest]}")
        else:
            known[image.digest] = image.name
            fresh.append((image, boxes))
    report["imported"] += len(fresh)
    report["boxes"] += sum(len(boxes or []) for _, boxes in fresh)
    # Progress forgives earlier ends: only an import that dies at one place again and again stops.
    with holder.fenced(cursor=cursor, done=cursor, report=report, attempts=1):
        for image, boxes in fresh:
            if notes.use == "suggestions":
                image.imported = boxes
            elif notes.use == "labels" and boxes is not None:
                image.split = Image.Split.TRAINING
        Image.objects.bulk_create([image for image, _ in fresh])
        if notes.use == "labels":
            Label.objects.bulk_create(
                [
                    Label(image=image, source=Label.Source.IMPORTED, boxes=boxes)
                    for image, boxes in fresh
                    if boxes is not None
                ]
            )


def _list(report: dict[str, Any], kind: str, name: str, reason: str) -> None:
    report[kind] += 1
    if len(report["listed"]) < LISTED:
        report["listed"].append([kind, name, reason])

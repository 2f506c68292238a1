"""A job's classes: added with an index for ever, and gone only where nothing has a box of them."""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from labeling.kernel import events
from labeling.kernel.errors import Conflict, invalid_of
from labeling.models import Job, Label, LabelClass, Transfer
from labeling.models.label_class import COLORS


def add(
    job: Job,
    name: str,
    *,
    by: User | None = None,
    spoken_for: Collection[str] = (),
    **fields: Any,
) -> LabelClass:
    """A new class with the next permanent index, and the next colour and free key.

    `spoken_for`: keys that classes will get which are not stored yet. `by`: who adds it, where no
    form tells of all changes at once.
    """
    check_may_grow(job)
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        last = job.classes.aggregate(n=Max("index"))["n"]
        index = 0 if last is None else last + 1
        fields.setdefault("color", COLORS[index % len(COLORS)][0])
        fields.setdefault("position", index)
        if "hotkey" not in fields:
            taken = {*spoken_for, *job.classes.values_list("hotkey", flat=True)}
            fields["hotkey"] = next((k for k in "1234567890" if k not in taken), "")
        row = LabelClass(job=job, index=index, name=name, **fields)
        _check(row)
        row.save()
        if by is not None:
            events.record(job, "job_edited", by, fields=["classes"])
        return row


def change(kind: LabelClass, by: User | None, given: Mapping[str, Any]) -> None:
    """Rename, retire or redecorate a class; its index stays."""
    for name, value in given.items():
        setattr(kind, name, value)
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=kind.job_id)
        _check(kind)
        kind.save(update_fields=list(given))
        events.record(kind.job, "job_edited", by, fields=["classes"])


def _check(kind: LabelClass) -> None:
    try:
        kind.full_clean()
    except ValidationError as error:
        raise invalid_of(error) from error


def check_may_grow(job: Job) -> None:
    """A detector cannot grow a class whose earlier images were never labelled.

    docs/architecture.md 3.3.
    """
    if job.assist and job.rounds.exclude(purpose="pilot").exists():
        raise Conflict(
            "Images are labelled already without the new class, so it cannot be added. "
            "Copy the job: the copy has the same images and takes any classes."
        )


def remove(kind: LabelClass) -> None:
    """Delete the class; raises Conflict where it has to stay."""
    with transaction.atomic():
        # an import reads the classes under the same lock: it sees this one before, and then runs
        # when it is looked for, or not at all
        job = Job.objects.select_for_update().get(pk=kind.job_id)
        if reason := why_kept(job, kind):
            raise Conflict(reason)
        kind.delete()


def why_kept(job: Job, kind: LabelClass) -> str:
    """Why the class has to stay; empty where it may go. Its index would be given out again."""
    if job.state != Job.State.DRAFT:
        reason = "the job has started"
    elif _importing(job):
        reason = "images are being imported, and their boxes may be of it"
    elif _has_boxes(job, kind.index):
        reason = "images have boxes of it"
    else:
        return ""
    return (
        f"The class {kind.name!r} cannot be deleted: {reason}. Tick “retired” instead: "
        "people no longer see the class, and its boxes keep their name."
    )


def _importing(job: Job) -> bool:
    imports = job.transfers.filter(kind=Transfer.Kind.IMPORT, finished_at=None)
    return imports.exclude(lease_owner="").exists()


def _has_boxes(job: Job, index: int) -> bool:
    """In a label, or a suggestion that was imported: a draft has no answers yet."""
    stored = chain(
        Label.objects.filter(image__job=job).values_list("boxes", flat=True).iterator(2000),
        job.images.exclude(imported=None).values_list("imported", flat=True).iterator(2000),
    )
    return any(box["class_id"] == index for boxes in stored for box in boxes or ())

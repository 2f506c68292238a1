"""When a class may go: only where nothing of the job has a box of it."""

from itertools import chain

from django.db import transaction

from labeling.errors import Conflict
from labeling.models import Job, Label, LabelClass, Transfer


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
    return any(box["class_id"] == index for boxes in stored for box in boxes)

"""Shapes of imports, exports and releases under way."""

from typing import Literal, TypedDict

from django.urls import reverse

from labeling import models
from labeling.kernel.json_shapes import ExportOptions, TransferReport
from labeling.transfers import detector_exports
from labeling.transfers.core.export_formats import FORMATS


class Transfer(TypedDict):
    """An import, export or release with its progress; one that waits with an error is tried again
    by itself.

    `size`: bytes of the file; `release`: the number by which a release that is finished is read.
    """

    id: int
    kind: models.Transfer.Kind
    source: str
    format: str
    options: ExportOptions  # of an export, where they are not the usual ones
    done: int
    total: int  # 0: not known yet
    state: Literal["waiting", "running", "finished", "failed"]
    report: TransferReport
    error: str
    size: int | None
    url: str | None
    report_url: str | None
    release: int | None
    finished_at: str | None


class ExportClass(TypedDict):
    """A class that an export may be limited to; retired ones have boxes, too."""

    index: int
    name: str


class ExportFormat(TypedDict):
    """A format to choose; `unlabelled`: whether images without a label are in it unless told
    otherwise, null where it cannot tell them from images that are labelled as empty."""

    code: str
    title: str
    about: str
    unlabelled: bool | None


class ExportChoices(TypedDict):
    """What the form for exports offers; `detectors`: rounds whose detector may leave, the latest
    first."""

    formats: list[ExportFormat]
    detectors: list[int]
    classes: list[ExportClass]


def export_choices(job: models.Job) -> ExportChoices:
    """Every format, the job's detectors, and its classes in their order."""
    return {
        "detectors": detector_exports.offered(job),
        "formats": [
            {"code": code, "title": one.title, "about": one.about, "unlabelled": one.unlabelled}
            for code, one in FORMATS.items()
        ],
        "classes": [{"index": c.index, "name": c.name} for c in job.classes.all()],
    }


def transfer(row: models.Transfer) -> Transfer:
    """An import, export or release with its progress."""
    return {
        "id": row.pk,
        "kind": models.Transfer.Kind(row.kind),
        "source": row.source,
        "format": row.format,
        "options": row.options.get("export", {}),
        "done": row.done,
        "total": row.total,
        "state": "finished"
        if row.finished_at
        else "running"
        if row.lease_owner
        else "failed"
        if row.is_given_up
        else "waiting",
        "report": row.report,
        "error": row.reason,
        "size": row.size,
        "url": reverse("transfer-file", args=[row.pk]) if row.file else None,
        "report_url": (
            reverse("transfer-report", args=[row.pk]) if row.report.get("written") else None
        ),
        "release": (
            row.release.pk  # type: ignore[attr-defined]
            if row.kind == models.Transfer.Kind.RELEASE and row.finished_at
            else None
        ),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def latest(job: models.Job, most: int) -> list[Transfer]:
    """So many of the job's imports, exports and releases, the last one first."""
    rows = models.Transfer.objects.filter(job=job).select_related("release")
    return [transfer(row) for row in rows[:most]]

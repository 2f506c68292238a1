"""Shapes of releases."""

from typing import TypedDict

from django.urls import reverse

from labeling import models
from labeling.kernel.json_shapes import ReleaseCounts
from labeling.models.member import display_name

SHOWN = 20


class OneRelease(TypedDict):
    """A release; `counts.changes` says how it differs from the one before, `size` is in bytes."""

    id: int
    number: int
    note: str
    digest: str
    previous_digest: str
    counts: ReleaseCounts
    size: int
    url: str
    made_by: str
    made_at: str


def release(row: models.Release) -> OneRelease:
    """A release as pages have it."""
    return {
        "id": row.pk,
        "number": row.number,
        "note": row.note,
        "digest": row.digest,
        "previous_digest": row.previous_digest,
        "counts": row.counts,
        "size": row.size,
        "url": reverse("release-file", args=[row.pk]),
        "made_by": display_name(row.made_by) if row.made_by else "",
        "made_at": row.made_at.isoformat(),
    }


def latest(job: models.Job) -> list[OneRelease]:
    """The job's latest releases, the last one first."""
    rows = models.Release.objects.filter(job=job).select_related("made_by")
    return [release(row) for row in rows[:SHOWN]]

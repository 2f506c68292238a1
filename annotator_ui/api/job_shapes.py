"""Shapes of a job: its classes, rules and addresses as work pages need them, and its standing."""

from typing import TypedDict

from django.contrib.auth import models as accounts
from django.urls import reverse

from labeling import models
from labeling.jobs import guidelines
from labeling.reports import audit_report, snapshot

SHORT = {  # on the tiles of the grid
    models.RejectReason.MISSED: "Missed",
    models.RejectReason.LOOSE: "Loose or tight",
    models.RejectReason.WRONG_CLASS: "Wrong class",
    models.RejectReason.ON_NOTHING: "On nothing",
    models.RejectReason.TWICE: "Twice",
    models.RejectReason.UNUSABLE: "Unusable",
}


class SkipChoice(TypedDict):
    """A reason to decline an image for."""

    code: models.SkipReason
    label: str


class RejectChoice(TypedDict):
    """A reason to send a label back for, in full and short."""

    code: models.RejectReason
    label: str
    short: str


class LabelClass(TypedDict):
    """A class that people may use."""

    index: int
    name: str
    color: str
    hotkey: str
    note: str


class Job(TypedDict):
    """A job as work pages need it; addresses that are not for this person are null."""

    slug: str
    name: str
    state: models.Job.State
    instructions_html: str
    instructions_digest: str
    lease_seconds: int
    drawing: models.Job.Drawing
    one_object: bool
    skip_reasons: list[SkipChoice]
    reject_reasons: list[RejectChoice]
    work_url: str
    live_url: str
    report_url: str | None
    review_url: str | None
    history_url: str
    grid_url: str | None
    disagreements_url: str | None
    notes_url: str


def state(row: models.Job, user: accounts.User, *, manager: bool) -> snapshot.Snapshot:
    """The live page's state of a job for this member."""
    now = snapshot.of_job(row)
    return now if manager else snapshot.for_member(now, user.pk)


def audit_progress(row: models.Job) -> audit_report.AuditProgress | None:
    """The audit's standing for a reviewer: no running quality while it could sway a verdict."""
    return audit_report.progress(row, quality_shown=False)


def classes(row: models.Job) -> list[LabelClass]:
    """The classes people may use."""
    return [
        {
            "index": c.index,
            "name": c.name,
            "color": c.color,
            "hotkey": c.hotkey,
            "note": c.note,
        }
        for c in models.LabelClass.objects.filter(job=row, retired=False)
    ]


def job(row: models.Job, roles: set[str]) -> Job:
    """A job as work pages need it."""
    from annotator_ui.instructions import to_html

    review = bool(roles & {"reviewer", "manager"})
    return {
        "slug": row.slug,
        "name": row.name,
        "state": models.Job.State(row.state),
        "instructions_html": to_html(row.instructions, pictures_of(row)),
        "instructions_digest": guidelines.digest(row),
        "lease_seconds": row.lease_seconds,
        "drawing": models.Job.Drawing(row.drawing),
        "one_object": row.one_object,
        "skip_reasons": [{"code": one, "label": one.label} for one in models.SkipReason],
        "reject_reasons": [
            {"code": one, "label": one.label, "short": SHORT[one]} for one in models.RejectReason
        ],
        "work_url": reverse("work", args=[row.slug]),
        "live_url": reverse("job", args=[row.slug]),
        "report_url": reverse("report", args=[row.slug]) if review else None,
        "review_url": reverse("review", args=[row.slug]) if review else None,
        "history_url": reverse("history", args=[row.slug]),
        "grid_url": reverse("review-grid", args=[row.slug]) if review else None,
        "disagreements_url": reverse("review-disagreements", args=[row.slug]) if review else None,
        "notes_url": reverse("notes", args=[row.slug]),
    }


def pictures_of(row: models.Job) -> dict[str, str]:
    """Addresses of the pictures in the instructions, by name."""
    rows = models.InstructionPicture.objects.filter(job=row).values_list("name", "pk")
    return {name: reverse("instruction-picture", args=[pk]) for name, pk in rows}

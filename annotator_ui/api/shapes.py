"""Shapes of answers that several resources and pages share, each beside what makes it."""

from typing import Literal, TypedDict

from django.contrib.auth import models as accounts
from django.urls import reverse

from labeling import models
from labeling.assignments import drafts, skips
from labeling.jobs import guidelines
from labeling.kernel.boxes import Box, without_scores
from labeling.kernel.json_shapes import TransferReport
from labeling.reports import audit_report, figures, snapshot
from labeling.review import drawings, verdicts


class Picture(TypedDict):
    """An image: its size in full, and where its files are."""

    id: int
    name: str
    width: int
    height: int
    url: str
    preview_url: str


class RoundRef(TypedDict):
    """A round by its number."""

    number: int
    purpose: models.Round.Purpose


class Position(TypedDict):
    """Own answers of the round, and how many anybody still may give."""

    done: int
    left: int


class Beside(TypedDict):
    """What comes with an assignment: the draft, why a reviewer sent its image back, own notes."""

    draft: drafts.ServerDraft | None
    returned: str | None
    notes: int


class Assignment(Beside):
    """An image to draw, as the annotate page opens it."""

    id: int
    image: Picture
    round: RoundRef
    version: int
    boxes: list[Box] | None
    suggested: list[Box]
    prelabelled: bool
    verify: bool
    lease_expires_at: str | None
    position: Position


class Audit(TypedDict):
    """A label to check; of a blind one nothing, until the checker's drawing is stored.

    From then on `drawn` is that drawing, and `revealed` what the label has besides.
    """

    id: int
    image: Picture
    round: RoundRef
    kind: models.Audit.Kind
    blind: bool
    boxes: list[Box]
    drawn: list[Box] | None
    revealed: list[Box] | None
    confidence: float | None
    threshold: float | None
    scores_shown: bool
    lease_expires_at: str | None


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
    skip_reasons: list[str]
    broken_reason: str
    reject_reasons: list[str]
    work_url: str
    live_url: str
    report_url: str | None
    review_url: str | None
    history_url: str
    grid_url: str | None
    disagreements_url: str | None
    notes_url: str


class Transfer(TypedDict):
    """An import or export with its progress; `size`: bytes of the file."""

    id: int
    kind: models.Transfer.Kind
    source: str
    format: str
    done: int
    total: int  # 0: not known yet
    state: Literal["waiting", "running", "finished", "failed"]
    report: TransferReport
    error: str
    size: int | None
    url: str | None
    report_url: str | None
    finished_at: str | None


class User(TypedDict):
    """A person, for the page's corner."""

    id: int
    login: str
    name: str
    initials: str
    is_manager: bool


class StoredLabel(TypedDict):
    """A label that a person has made."""

    id: int
    boxes: list[Box]


class Lease(TypedDict):
    """Until when the work is this person's."""

    lease_expires_at: str


class GivenBack(TypedDict):
    """How many were given back."""

    given_back: int


def image(row: models.Image) -> Picture:
    """An image as pages need it."""
    return {
        "id": row.pk,
        "name": row.name,
        "width": row.width,
        "height": row.height,
        "url": reverse("image-file", args=[row.pk]),
        "preview_url": reverse("image-preview", args=[row.pk]),
    }


def _round(row: models.Round) -> RoundRef:
    return {"number": row.number, "purpose": models.Round.Purpose(row.purpose)}


def assignment(row: models.Assignment, position: Position, beside: Beside) -> Assignment:
    """An assignment as the annotate page needs it."""
    closing = row.round.purpose == models.Round.Purpose.CLOSING
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "version": row.version,
        "boxes": row.boxes,
        "suggested": row.suggested or [],
        "prelabelled": row.suggested is not None and closing,
        "verify": row.verify,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
        "position": position,
        **beside,
    }


def audit(row: models.Audit) -> Audit:
    """An audit as the review page needs it; scores stay hidden until the verdict of a proof."""
    shown = row.kind == models.Audit.Kind.MONITORING
    boxes = row.predicted if shown else without_scores(row.predicted)
    threshold = row.label.detail.get("threshold") if row.label else None
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "kind": models.Audit.Kind(row.kind),
        "blind": row.drawn_blind,
        "boxes": [] if row.drawn_blind else boxes,
        "drawn": row.drawn,
        "revealed": None if row.drawn is None else drawings.revealed(row),
        "confidence": row.confidence if shown else None,
        "threshold": threshold if shown else None,
        "scores_shown": shown,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
    }


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
        "skip_reasons": list(skips.SKIP_REASONS),
        "broken_reason": skips.BROKEN,
        "reject_reasons": list(verdicts.REJECT_REASONS),
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


def transfer(row: models.Transfer) -> Transfer:
    """An import or export with its progress."""
    return {
        "id": row.pk,
        "kind": models.Transfer.Kind(row.kind),
        "source": row.source,
        "format": row.format,
        "done": row.done,
        "total": row.total,
        "state": "finished"
        if row.finished_at
        else "failed"
        if row.error
        else "running"
        if row.lease_owner
        else "waiting",
        "report": row.report,
        "error": row.error,
        "size": row.size,
        "url": reverse("transfer-file", args=[row.pk]) if row.file else None,
        "report_url": (
            reverse("transfer-report", args=[row.pk]) if row.report.get("written") else None
        ),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def user(row: accounts.User, is_manager: bool = False) -> User:
    """The person, for the page's corner."""
    name = row.get_full_name() or row.get_username()
    return {
        "id": row.pk,
        "login": row.get_username(),
        "name": name,
        "initials": figures.initials(name),
        "is_manager": is_manager,
    }

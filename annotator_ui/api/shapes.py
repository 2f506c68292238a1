"""The forms of requests and responses, as the contract of pages and API."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from labeling.assignments import answers, claims
from labeling.jobs import guidelines
from labeling.kernel.boxes import without_scores
from labeling.models import (
    Assignment,
    Audit,
    Image,
    InstructionPicture,
    Job,
    LabelClass,
    Round,
    Transfer,
)
from labeling.reports import audit_report, figures, snapshot
from labeling.review import verdicts

LARGEST = 2**31 - 1  # of the database's whole numbers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses keys it does not know: a typing mistake must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Validated values."""
        if isinstance(data, dict):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({unknown[0]: "Unknown field."})
        return super().to_internal_value(data)


class PageForm(StrictSerializer):
    """Which page asks: the one that asked last keeps the leases, and may give the work back."""

    page = serializers.CharField(max_length=36, allow_blank=True, default="")


class ClaimForm(PageForm):
    """How many assignments or audits the page wants to hold."""

    count = serializers.IntegerField(min_value=1, max_value=claims.STOCK, default=claims.PREFETCH)


class GiveBackForm(PageForm):
    """What a page that is left has in hand and has not begun."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST), max_length=100
    )


class ReleaseForm(StrictSerializer):
    """Whose held work goes to the others."""

    person = serializers.IntegerField(min_value=0, max_value=LARGEST)


class AnswerForm(PageForm):
    """A person's boxes for one assignment."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST)
    boxes = serializers.ListField(child=serializers.DictField())
    active_ms = serializers.IntegerField(min_value=0, default=0)
    outcomes = serializers.ListField(allow_null=True, default=None)
    action_ms = serializers.DictField(allow_null=True, default=None)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)
    count = serializers.IntegerField(min_value=1, max_value=claims.STOCK, default=claims.PREFETCH)


class SkipForm(PageForm):
    """Why an image is declined."""

    reason = serializers.CharField(max_length=200)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)
    # none: the page is being left
    count = serializers.IntegerField(min_value=0, max_value=claims.STOCK, default=claims.PREFETCH)


class VerdictForm(PageForm):
    """A reviewer's decision on one auto-label."""

    verdict = serializers.ChoiceField(("approved", "corrected", "rejected", "unjudgeable"))
    boxes = serializers.ListField(child=serializers.DictField(), allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    active_ms = serializers.IntegerField(min_value=0, default=0)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)


class BoxesForm(StrictSerializer):
    """Boxes alone."""

    boxes = serializers.ListField(child=serializers.DictField())


class ActionForm(StrictSerializer):
    """Something a manager does to a job."""

    action = serializers.ChoiceField(("start", "pause", "resume", "cancel", "retry"))


class ExportForm(StrictSerializer):
    """Which file to write."""

    format = serializers.ChoiceField(("manifest", "coco"))


class EmptyForm(StrictSerializer):
    """No fields."""


def image(row: Image) -> dict[str, Any]:
    """An image as pages need it."""
    return {
        "id": row.pk,
        "name": row.name,
        "width": row.width,
        "height": row.height,
        "url": reverse("image-file", args=[row.pk]),
        "preview_url": reverse("image-preview", args=[row.pk]),
    }


def _round(row: Round) -> dict[str, Any]:
    return {"number": row.number, "purpose": row.purpose}


def assignment(
    row: Assignment,
    position: dict[str, int],
    beside: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An assignment as the annotate page needs it.

    `position`: own answers of the round, and how many anybody still may give. `beside`: what
    assignments.beside found for its image.
    """
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "version": row.version,
        "boxes": row.boxes,
        "suggested": row.suggested or [],
        "prelabelled": row.suggested is not None and row.round.purpose == Round.Purpose.CLOSING,
        "verify": row.verify,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
        "position": position,
        "draft": None,
        "returned": None,
        "notes": 0,
        **(beside or {}),
    }


def audit(row: Audit) -> dict[str, Any]:
    """An audit as the review page needs it; scores stay hidden until the verdict of a proof."""
    shown = row.kind == Audit.Kind.MONITORING
    boxes = row.predicted if shown else without_scores(row.predicted)
    threshold = row.label.detail.get("threshold") if row.label else None
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "kind": row.kind,
        "blind": row.drawn_blind,
        "boxes": [] if row.drawn_blind else boxes,
        # what the page reveals once the checker has drawn
        "revealed": boxes if row.drawn_blind else [],
        "confidence": row.confidence if shown else None,
        "threshold": threshold if shown else None,
        "scores_shown": shown,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
    }


def state(row: Job, user: Any, *, manager: bool) -> dict[str, Any]:
    """The live page's state of a job for this member."""
    now = snapshot.of_job(row)
    return now if manager else snapshot.for_member(now, user.pk)


def audit_progress(row: Job) -> dict[str, Any] | None:
    """The audit's standing for a reviewer: no running quality while it could sway a verdict."""
    return audit_report.progress(row, quality_shown=False)


def classes(row: Job) -> list[dict[str, Any]]:
    """The classes people may use."""
    return [
        {
            "index": c.index,
            "name": c.name,
            "color": c.color,
            "hotkey": c.hotkey,
            "note": c.note,
        }
        for c in LabelClass.objects.filter(job=row, retired=False)
    ]


def job(row: Job, roles: set[str]) -> dict[str, Any]:
    """A job as work pages need it."""
    from annotator_ui.instructions import to_html

    review = bool(roles & {"reviewer", "manager"})
    return {
        "slug": row.slug,
        "name": row.name,
        "state": row.state,
        "instructions_html": to_html(row.instructions, pictures_of(row)),
        "instructions_digest": guidelines.digest(row),
        "lease_seconds": row.lease_seconds,
        "drawing": row.drawing,
        "one_object": row.one_object,
        "skip_reasons": list(answers.SKIP_REASONS),
        "broken_reason": answers.BROKEN,
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


def pictures_of(row: Job) -> dict[str, str]:
    """Addresses of the pictures in the instructions, by name."""
    rows = InstructionPicture.objects.filter(job=row).values_list("name", "pk")
    return {name: reverse("instruction-picture", args=[pk]) for name, pk in rows}


def transfer(row: Transfer) -> dict[str, Any]:
    """An import or export with its progress."""
    state = (
        "finished"
        if row.finished_at
        else "failed"
        if row.error
        else "running"
        if row.lease_owner
        else "waiting"
    )
    return {
        "id": row.pk,
        "kind": row.kind,
        "source": row.source,
        "format": row.format,
        "done": row.done,
        "total": row.total,
        "state": state,
        "report": row.report,
        "error": row.error,
        "size": row.size,
        "url": reverse("transfer-file", args=[row.pk]) if row.file else None,
        "report_url": (
            reverse("transfer-report", args=[row.pk]) if row.report.get("written") else None
        ),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def user(row: Any, is_manager: bool = False) -> dict[str, Any]:
    """The person, for the page's corner."""
    name = row.get_full_name() or row.get_username()
    return {
        "id": row.pk,
        "login": row.get_username(),
        "name": name,
        "initials": figures.initials(name),
        "is_manager": is_manager,
    }

"""Rounds, steps, audits, transfers, certificates and events, to look at."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from labeling.admin.scoping import JobFilter, ReadOnly, RoundJobFilter, signed_in, whole
from labeling.certification import certificates
from labeling.kernel.errors import LabelingError
from labeling.models import Audit, Certificate, Event, Round, Step, Transfer
from labeling.reports import wording
from labeling.review import monitoring


class StepInline(admin.TabularInline[Step, Round]):
    """The round's machine work."""

    model = Step
    fields = ("state", "shard", "done", "total", "attempts", "error", "started_at", "finished_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Services write steps."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Services write steps."""
        return False


@admin.register(Round)
class RoundAdmin(ReadOnly[Round]):
    """Rounds with step progress; a manager can revoke what one accepted."""

    list_display = ("number", "job", "purpose", "state", "opened_at", "closed_at")
    list_filter = (JobFilter, "purpose", "state")
    inlines = (StepInline,)
    allowed_lookups = ReadOnly.allowed_lookups | {"purpose", "state"}
    change_form_template = "admin/labeling/round/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Revoke and budget, by confirmed POST."""
        wrap = self.admin_site.admin_view
        return [
            path("<row:pk>/revoke/", wrap(self.revoke), name="labeling_round_revoke"),
            path("<row:pk>/budget/", wrap(self.budget), name="labeling_round_budget"),
            *super().get_urls(),
        ]

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Take back every unchecked auto-label of the round."""
        round = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method == "POST":
            try:
                count = monitoring.revoke(round, signed_in(request))
                messages.success(request, f"{count} images were returned to annotators.")
            except LabelingError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:labeling_round_change", args=[pk]))

    def budget(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Allow more audits."""
        round = get_object_or_404(self.get_queryset(request), pk=pk)
        wanted = request.POST.get("budget", "")
        if request.method == "POST":
            try:
                certificates.raise_budget(
                    round,
                    whole(wanted),
                    signed_in(request),
                )
                messages.success(request, f"The audit budget is now {wanted} images.")
            except LabelingError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:labeling_round_change", args=[pk]))


@admin.register(Audit)
class AuditAdmin(ReadOnly[Audit]):
    """Checks of auto-labels."""

    job_path = "round__job"
    list_display = ("image", "round", "kind", "blind", "verdict", "value", "reviewer", "decided_at")
    list_filter = (RoundJobFilter, "kind", "verdict", "blind")
    list_select_related = ("image", "round__job", "reviewer")
    allowed_lookups = ReadOnly.allowed_lookups | {"kind", "verdict", "blind"}

    def get_exclude(self, request: HttpRequest, obj: Audit | None = None) -> tuple[str, ...]:
        """Of a running audit no boxes: who looks may be the one who is to draw the image blind."""
        if obj is None or obj.kind != Audit.Kind.CERTIFICATE:
            return ()
        ended = obj.verdict and obj.round.state != Round.State.AUDITING
        return () if ended else ("predicted", "confidence", "drawn", "boxes", "missed_honeypot")


@admin.register(Certificate)
class CertificateAdmin(ReadOnly[Certificate]):
    """What closing rounds ended with."""

    job_path = "round__job"
    list_display = ("round", "outcome", "attempt", "created_at", "file")
    list_filter = (RoundJobFilter, "outcome")
    allowed_lookups = ReadOnly.allowed_lookups | {"outcome"}

    @admin.display(description="file")
    def file(self, row: Certificate) -> str:
        """Download."""
        return format_html('<a href="{}">JSON</a>', reverse("certificate-file", args=[row.pk]))


@admin.register(Transfer)
class TransferAdmin(ReadOnly[Transfer]):
    """Imports and exports."""

    list_display = (
        "job",
        "kind",
        "format",
        "done",
        "total",
        "error",
        "created_at",
        "finished_at",
        "download",
    )
    list_filter = (JobFilter, "kind")
    allowed_lookups = ReadOnly.allowed_lookups | {"kind"}

    @admin.display(description="report")
    def download(self, row: Transfer) -> str:
        """What an import did, file by file."""
        if not row.report.get("written"):
            return ""
        address = reverse("transfer-report", args=[row.pk])
        return format_html('<a href="{}">Download report</a>', address)


@admin.register(Event)
class EventAdmin(ReadOnly[Event]):
    """The history of jobs; append-only."""

    list_display = ("at", "job", "sentence", "actor")
    list_filter = (JobFilter, "kind")
    list_select_related = ("job", "actor")
    allowed_lookups = ReadOnly.allowed_lookups | {"kind"}
    show_full_result_count = False

    @admin.display(description="what happened")
    def sentence(self, event: Event) -> str:
        """In words."""
        return wording.event_text(event)

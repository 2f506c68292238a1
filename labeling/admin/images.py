"""A job's images: thumbnails, filters, and one image with its label, answers and history."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from labeling.admin.image_filters import ClassFilter, RoundFilter, SourceFilter, StateFilter
from labeling.admin.scoping import JobFilter, Scoped, signed_in
from labeling.consolidation import labels
from labeling.kernel.boxes import Box
from labeling.kernel.errors import LabelingError
from labeling.models import Exclusion, Image, Label, LabelClass

FALLBACK_COLOR = "#FFFFFF"


@admin.register(Image)
class ImageAdmin(Scoped[Image]):
    """Images of managed jobs."""

    list_display = ("thumbnail", "name", "job", "size", "standing", "split", "boxes")
    list_display_links = ("thumbnail", "name")
    list_filter = (JobFilter, StateFilter, SourceFilter, RoundFilter, ClassFilter, "split")
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("exclude_images", "restore_images")
    change_form_template = "admin/labeling/image/change_form.html"
    allowed_lookups = Scoped.allowed_lookups | {
        "split",
        "state",
        "source",
        "in_round",
        "with_class",
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Images come by import."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """Images are excluded, not deleted."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Image | None = None) -> list[str]:
        """All: buttons beside the form do what may be done."""
        return [f.name for f in Image._meta.fields]

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> tuple[str, ...]:
        """The few that mean something to a person."""
        return ("job", "name", "width", "height", "split", "excluded", "digest")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Image]":
        """With the label that holds."""
        active = Label.objects.active()
        from django.db.models import Prefetch

        return (
            super()
            .get_queryset(request)
            .select_related("job")
            .prefetch_related(Prefetch("labels", active, to_attr="holding"))
        )

    @admin.display(description="")
    def thumbnail(self, image: Image) -> str:
        """The preview."""
        return format_html(
            '<img class="thumbnail" loading="lazy" alt="" src="{}">',
            reverse("image-preview", args=[image.pk]),
        )

    @admin.display(description="size")
    def size(self, image: Image) -> str:
        """Pixels."""
        return f"{image.width}\N{NO-BREAK SPACE}x\N{NO-BREAK SPACE}{image.height}"

    @admin.display(description="state")
    def standing(self, image: Image) -> str:
        """Excluded, or the label's source."""
        if image.excluded:
            return f"excluded: {image.get_excluded_display()}"
        label = _holding(image)
        return label.get_source_display() if label else "not labelled"

    @admin.display(description="boxes")
    def boxes(self, image: Image) -> str:
        """How many the label has."""
        label = _holding(image)
        return str(len(label.boxes)) if label else "-"

    @admin.action(description="Exclude from the job")
    def exclude_images(self, request: HttpRequest, queryset: "QuerySet[Image]") -> None:
        """Take the chosen images out."""
        self._each(
            request, queryset, lambda i: labels.exclude(i, Exclusion.MANAGER, signed_in(request))
        )

    @admin.action(description="Restore to the job")
    def restore_images(self, request: HttpRequest, queryset: "QuerySet[Image]") -> None:
        """Put the chosen images back."""
        self._each(request, queryset, lambda i: labels.restore(i, signed_in(request)))

    def _each(
        self, request: HttpRequest, queryset: "QuerySet[Image]", change: Callable[[Image], None]
    ) -> None:
        done = 0
        for image in queryset:
            try:
                change(image)
                done += 1
            except LabelingError as error:
                messages.warning(request, f"{image}: {error.message}")
        if done:
            messages.success(request, f"{done} images changed.")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The picture with its boxes, each person's answer, and every label it has had."""
        image: Image = kwargs["obj"]
        classes = {c.index: c for c in image.job.classes.all()}
        answers = image.assignments.exclude(annotator=None).select_related("annotator", "round")
        context["history"] = [
            {"label": row, "boxes": _drawn(row.boxes, classes)}
            for row in image.labels.select_related("round", "by").order_by("-pk")
        ]
        context["answers"] = [
            {"assignment": assignment, "boxes": _drawn(assignment.boxes or [], classes)}
            for assignment in answers.order_by("round", "slot")
        ]
        context["audits"] = image.audits.exclude(reviewer=None).select_related("reviewer")
        context["correct_url"] = reverse("correct", args=[image.job.slug, image.pk])
        context["compare_url"] = reverse("compare", args=[image.job.slug, image.pk])
        context["back"] = request.path
        context["file_url"] = reverse("image-file", args=[image.pk])
        return super().render_change_form(request, context, *args, **kwargs)


def _holding(image: Image) -> Label | None:
    """The label that holds, of an image of the list."""
    found: list[Label] = image.holding  # type: ignore[attr-defined]  # as get_queryset prefetched
    return found[0] if found else None


def _drawn(boxes: list[Box], classes: dict[int, LabelClass]) -> list[dict[str, float | str | None]]:
    """Boxes as an SVG needs them."""
    return [
        {
            "x": b["x1"],
            "y": b["y1"],
            "width": b["x2"] - b["x1"],
            "height": b["y2"] - b["y1"],
            "name": classes[b["class_id"]].name if b["class_id"] in classes else "?",
            "color": classes[b["class_id"]].color if b["class_id"] in classes else FALLBACK_COLOR,
            "score": b.get("score"),
        }
        for b in boxes
    ]

"""Filters of the image list: where an image stands, and what its label is and holds."""

from typing import TypeAlias, TypeVar

from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest

from labeling.admin.scoping import whole
from labeling.jobs.accounts import managed_jobs
from labeling.models import Assignment, Image, Label, LabelClass, Round, SkipReason
from labeling.models.image import ImageQuerySet

OFFERED = 100
T = TypeVar("T", bound=Model)
Admin: TypeAlias = "admin.ModelAdmin[Image]"
Choices: TypeAlias = list[tuple[str, str]]


def _offered(rows: "QuerySet[T]", request: HttpRequest) -> "QuerySet[T]":
    """Those of managed jobs, or of the job that the list is filtered by; as many as fit a list."""
    rows = rows.filter(job__in=managed_jobs(request.user)).select_related("job")
    job = whole(request.GET.get("job"))
    return (rows.filter(job=job) if job else rows)[:OFFERED]


class StateFilter(admin.SimpleListFilter):
    """By where the image stands."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, str]]:
        """Places an image can be in."""
        return [
            ("labeled", "labelled"),
            ("unlabeled", "not labelled"),
            ("excluded", "excluded"),
            ("open", "with people now"),
            ("broken", "reported as broken"),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Image]") -> "QuerySet[Image]":
        """Images there."""
        assert isinstance(queryset, ImageQuerySet)
        if self.value() == "labeled":
            return queryset.labeled()
        if self.value() == "unlabeled":
            return queryset.unlabeled()
        if self.value() == "excluded":
            return queryset.exclude(excluded="")
        if self.value() == "broken":
            assignments = Assignment.objects.filter(
                image=OuterRef("pk"), state="skipped", reason=SkipReason.BROKEN
            )
            return queryset.filter(Exists(assignments))
        if self.value() == "open":
            assignments = Assignment.objects.pending().filter(image=OuterRef("pk"))
            return queryset.filter(Exists(assignments))
        return queryset


class _ActiveLabelFilter(admin.SimpleListFilter):
    """By something of the label that holds."""

    def chosen(self, value: str) -> "QuerySet[Label]":
        """Labels that fit."""
        raise AssertionError("each filter says which labels fit")

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Image]") -> "QuerySet[Image]":
        """Images with such a label."""
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(Exists(self.chosen(value).filter(image=OuterRef("pk"))))


class SourceFilter(_ActiveLabelFilter):
    """By who made the label."""

    title, parameter_name = "source", "source"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, str]]:
        """People, auto, reviewer, imported."""
        return [(one.value, one.label) for one in Label.Source]

    def chosen(self, value: str) -> "QuerySet[Label]":
        """Labels of the source."""
        return Label.objects.active().filter(source=value)


class RoundFilter(_ActiveLabelFilter):
    """By the round that labelled it."""

    title, parameter_name = "round", "in_round"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> Choices:
        """Rounds of managed jobs."""
        return [(str(r.pk), f"{r.job} {r.number}") for r in _offered(Round.objects.all(), request)]

    def chosen(self, value: str) -> "QuerySet[Label]":
        """Labels of the round."""
        return Label.objects.active().filter(round=whole(value))


class ClassFilter(admin.SimpleListFilter):
    """By a class that the label holds."""

    title, parameter_name = "class", "with_class"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> Choices:
        """Classes of managed jobs."""
        return [
            (str(c.pk), f"{c.job}: {c.name}") for c in _offered(LabelClass.objects.all(), request)
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Image]") -> "QuerySet[Image]":
        """Images whose label has a box of the class; read row by row, so within one job."""
        mine = LabelClass.objects.filter(job__in=managed_jobs(request.user))
        kind = mine.filter(pk=whole(self.value())).first()
        if kind is None:
            return queryset
        rows = Label.objects.active().filter(image__job=kind.job)
        found = [
            image
            for image, boxes in rows.values_list("image", "boxes").iterator(chunk_size=2000)
            if any(box["class_id"] == kind.index for box in boxes)
        ]
        return queryset.filter(pk__in=found)

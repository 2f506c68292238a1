"""What a project admin sees and may touch: the jobs they manage, and nothing of others."""

from typing import TypeVar

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from labeling.jobs.accounts import managed_jobs

T = TypeVar("T", bound=Model)
LONGEST = 18  # digits that every database can take


def signed_in(request: HttpRequest) -> User:
    """Who asks; the admin is closed to strangers."""
    assert isinstance(request.user, User)
    return request.user


def whole(value: str | int | None) -> int:
    """The whole number that an address or a form names; 0, which no row has, for anything else."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST else 0


class Scoped(admin.ModelAdmin[T]):
    """A model admin whose rows belong to jobs; `job_path` leads from the row to its job."""

    job_path = "job"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[T]":
        """Rows of managed jobs only; a foreign id answers as if it did not exist."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.job_path}__in": managed_jobs(request.user)})

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The named filters only; never a path through relations that could spell out secrets."""
        return lookup.removesuffix("__exact") in self.allowed_lookups

    allowed_lookups = frozenset({"job"})


class ReadOnly(Scoped[T]):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        """Never by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: T | None = None) -> bool:
        """Never by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: T | None = None) -> bool:
        """Never by hand."""
        return False


class JobFilter(admin.SimpleListFilter):
    """By job, among those the person manages."""

    title, parameter_name = "job", "job"
    job_path = "job"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Model]"
    ) -> list[tuple[str, str]]:
        """Managed jobs."""
        return [(str(job.pk), job.name) for job in managed_jobs(request.user).only("name")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Model]") -> "QuerySet[Model]":
        """Rows of the chosen job."""
        if not self.value():
            return queryset
        return queryset.filter(**{self.job_path: whole(self.value())})


class RoundJobFilter(JobFilter):
    """By job, for rows that hang on a round."""

    job_path = "round__job"

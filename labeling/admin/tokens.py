"""Everybody's access tokens, for superusers: to look at, and to revoke."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from labeling.admin.scoping import ReadOnly
from labeling.jobs import tokens
from labeling.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly[ApiToken]):
    """Whose tokens there are, what they may do, and when they were used; never the tokens."""

    list_display = (
        "owner",
        "name",
        "prefix",
        "scope",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("scope",)
    list_select_related = ("owner",)
    exclude = ("digest",)
    actions = ("revoke_tokens",)
    allowed_lookups = frozenset({"scope"})

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ApiToken]":
        """All of them, for superusers alone."""
        return ApiToken.objects.all() if request.user.is_superuser else ApiToken.objects.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Superusers only."""
        return bool(request.user.is_superuser)

    @admin.action(description="Revoke")
    def revoke_tokens(self, request: HttpRequest, queryset: "QuerySet[ApiToken]") -> None:
        """End the chosen tokens."""
        count = tokens.revoke(queryset)
        messages.success(request, f"Tokens revoked: {count}.")

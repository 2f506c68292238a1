"""Accounts: superusers manage all; project admins invite annotators and touch no rights."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as UserModel
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from labeling.admin.scoping import signed_in
from labeling.jobs import accounts, members
from labeling.kernel.errors import Invalid, NotAllowed
from labeling.models import Member

User = get_user_model()
admin.site.unregister(User)
admin.site.unregister(Group)


class InviteForm(forms.ModelForm[UserModel]):
    """A new account: a name and a role; its owner sets the password by the link."""

    role = forms.ChoiceField(choices=Member.Role.choices)

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name")


@admin.register(User)
class PeopleAdmin(UserAdmin):  # type: ignore[type-arg]
    """Users; for project admins only the people of their own jobs."""

    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[UserModel]":
        """People who work in managed jobs; never staff."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        mine = Member.objects.filter(
            job__in=accounts.managed_jobs(request.user), user=OuterRef("pk")
        )
        return rows.filter(Exists(mine), is_staff=False, is_superuser=False)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nothing that could spell out a password hash."""
        return lookup.removesuffix("__exact") == "is_active"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """For superusers and project admins."""
        return request.user.is_superuser or _is_project_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: UserModel | None = None) -> bool:
        """For superusers and project admins."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Project admins with a job may invite."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: UserModel | None = None) -> bool:
        """Only accounts that this admin made and nobody else works with."""
        if request.user.is_superuser:
            return True
        if not _is_project_admin(request):
            return False
        return obj is None or accounts.is_own(obj, signed_in(request))

    def has_delete_permission(self, request: HttpRequest, obj: UserModel | None = None) -> bool:
        """Accounts are switched off, so that their work keeps its author."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """No permission field for anyone but superusers."""
        if request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        if obj is None:
            return ((None, {"fields": ("username", "first_name", "last_name", "job", "role")}),)
        return ((None, {"fields": ("username", "first_name", "last_name", "is_active")}),)

    def get_form(
        self,
        request: HttpRequest,
        obj: UserModel | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> "type[forms.ModelForm[UserModel]]":
        """The invitation for project admins."""
        if request.user.is_superuser or obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        # a field of its own: subclasses share those of InviteForm, also between threads
        job = forms.ModelChoiceField(accounts.managed_jobs(request.user))
        return type("ScopedInvite", (InviteForm,), {"job": job})

    def save_model(
        self, request: HttpRequest, obj: UserModel, form: "forms.ModelForm[UserModel]", change: bool
    ) -> None:
        """An invitation creates account and membership, and shows the one-time link."""
        if request.user.is_superuser or change:
            super().save_model(request, obj, form, change)
            return
        data = form.cleaned_data
        try:
            user, link = accounts.invite(
                data["username"], signed_in(request), f"{data['first_name']} {data['last_name']}"
            )
        except Invalid as error:
            raise PermissionDenied(error.message) from error
        obj.pk = user.pk
        obj._state.adding = False
        members.add(data["job"], user, data["role"])
        _show_link(request, user, link)

    def get_urls(self) -> list[URLPattern]:
        """A fresh one-time link for someone."""
        view = self.admin_site.admin_view(self.fresh_link)
        return [path("<row:pk>/link/", view, name="auth_user_link"), *super().get_urls()]

    def fresh_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new link, by POST only."""
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            raise PermissionDenied
        try:
            _show_link(request, user, accounts.one_time_path(user, signed_in(request)))
        except NotAllowed as error:
            raise PermissionDenied(error.message) from error
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        """With the button for a one-time link where one may be made."""
        obj = kw.get("obj")
        context["may_link"] = obj is not None and (
            request.user.is_superuser
            or (accounts.is_own(obj, signed_in(request)) and not obj.has_usable_password())
        )
        return super().render_change_form(request, context, *args, **kw)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Passwords are set by superusers or by their owners."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, *args, **kwargs)


@admin.register(Group)
class RightsAdmin(GroupAdmin):
    """Groups are the superusers' business."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return bool(request.user.is_superuser)


def _is_project_admin(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_staff and user.groups.filter(name=accounts.PROJECT_ADMINS).exists())


def _show_link(request: HttpRequest, user: UserModel, link: str) -> None:
    messages.success(
        request,
        format_html(
            "One-time link for {}, valid three days: <code>{}</code>",
            user.get_username(),
            request.build_absolute_uri(link),
        ),
    )

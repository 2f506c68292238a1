"""Accounts: who may administer projects, and how a new person gets in."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from labeling.core import text
from labeling.errors import Invalid

PROJECT_ADMINS = "Project admins"


def project_admins() -> Group:
    """The group of decision 21: staff, never superuser, with rights on jobs only."""
    group, _ = Group.objects.get_or_create(name=PROJECT_ADMINS)
    wanted = Permission.objects.filter(
        content_type__app_label__in=("labeling", "mlassist"),
    ).exclude(codename__startswith="delete_")
    removable = Permission.objects.filter(
        content_type__app_label="labeling",
        codename__in=("delete_member", "delete_labelclass"),
    )
    group.permissions.set(wanted | removable)
    return group


def make_project_admin(user: Any) -> None:
    """Let this person create and manage jobs."""
    with transaction.atomic():
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        user.groups.add(project_admins())


def invite(username: str, name: str = "") -> tuple[Any, str]:
    """A new account without a password, and the one-time path where its owner sets one."""
    username = text.clean(username.strip(), limit=150, where="username")
    users = get_user_model().objects
    if not username or users.filter(username__iexact=username).exists():
        raise Invalid(f"The name {username!r} is taken or empty.", where="username")
    first, _, last = text.clean(name.strip(), limit=150, where="name").partition(" ")
    user = users.create_user(username=username, first_name=first, last_name=last)
    return user, one_time_path(user)


def one_time_path(user: User) -> str:
    """A link that sets a password once; it dies with its use, or after three days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(user)])

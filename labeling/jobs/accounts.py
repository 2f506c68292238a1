"""Accounts: who may administer projects, and how a new person gets in."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from labeling.kernel import text
from labeling.kernel.errors import Invalid, NotAllowed
from labeling.models import Invitation, Job, Member

PROJECT_ADMINS = "Project admins"


def project_admins() -> Group:
    """Staff, never superuser, with rights on jobs only (docs/architecture.md 6.4)."""
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


def make_project_admin(user: User) -> None:
    """Let this person create and manage jobs."""
    with transaction.atomic():
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        user.groups.add(project_admins())


def managed_jobs(user: User | AnonymousUser) -> "QuerySet[Job]":
    """All jobs for a superuser, else those with the role manager."""
    if not isinstance(user, User):
        return Job.objects.none()
    if user.is_superuser:
        return Job.objects.all()
    return Job.objects.filter(members__user=user, members__role=Member.Role.MANAGER).distinct()


def invite(username: str, by: User, name: str = "") -> tuple[User, str]:
    """A new account without a password, and the one-time path where its owner sets one."""
    username = text.clean(username.strip(), limit=150, where="username")
    users = get_user_model().objects
    if not username or users.filter(username__iexact=username).exists():
        raise Invalid(f"The name {username!r} is taken or empty.", where="username")
    first, _, last = text.clean(name.strip(), limit=150, where="name").partition(" ")
    with transaction.atomic():
        user = users.create_user(username=username, first_name=first, last_name=last)
        Invitation.objects.create(user=user, by=by)
    return user, one_time_path(user, by)


def is_own(account: User, admin: User) -> bool:
    """Whether a project admin made this account and nobody else has it in a job."""
    made = Invitation.objects.filter(user=account, by=admin).exists()
    return made and not account.is_staff and not _works_elsewhere(account, admin)


def one_time_path(account: User, by: User) -> str:
    """A link that sets the account's password once; it dies with its use, or after three days.

    A superuser makes one for anybody. A project admin only for an account that they made and that
    has no password yet: with any other link they could sign in as somebody else.
    """
    if by.is_superuser:
        Invitation.objects.update_or_create(user=account, defaults={"by": by})
    elif not is_own(account, by) or account.has_usable_password():
        raise NotAllowed(
            "A one-time link is for an account that you made and that has no password yet. "
            "A superuser can make one for anybody."
        )
    uid = urlsafe_base64_encode(force_bytes(account.pk))
    return reverse("welcome", args=[uid, one_time_token.make_token(account)])


class OneTimeToken(PasswordResetTokenGenerator):
    """Tokens of one-time links; one dies as well when its account joins a job of other people."""

    key_salt = "labeling.one-time-link"

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the link still works for this account, as the account is now."""
        if user is None or not super().check_token(user, token):
            return False
        by = Invitation.objects.get(user=user).by
        return by.is_active and (by.is_superuser or is_own(user, by))

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        """With the invitation, so that a link of another admin dies with a later one."""
        found = Invitation.objects.filter(user=user).values_list("by", flat=True).first()
        return f"{super()._make_hash_value(user, timestamp)}{found}"


one_time_token = OneTimeToken()


def _works_elsewhere(account: User, admin: User) -> bool:
    return Member.objects.filter(user=account).exclude(job__in=managed_jobs(admin)).exists()

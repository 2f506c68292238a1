"""The people who work on a job, and who made their accounts."""

import secrets
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from labeling.models.job import Job


def display_name(user: User) -> str:
    """What a person is called on pages and in mails."""
    return user.get_full_name() or user.get_username()


class MemberQuerySet(models.QuerySet["Member"]):
    """Words to ask for members with."""

    def reviewers(self) -> Self:
        """Who may check auto-labels: reviewers and managers whose account is active."""
        roles = (Member.Role.REVIEWER, Member.Role.MANAGER)
        return self.filter(role__in=roles, user__is_active=True)


class Member(models.Model):
    """A person's role in a job."""

    class Role(models.TextChoices):
        ANNOTATOR = "annotator", "annotator"
        REVIEWER = "reviewer", "reviewer"
        MANAGER = "manager", "manager"

    job = models.ForeignKey(Job, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ANNOTATOR)
    reliability = models.JSONField(null=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("job", "user", "role"), name="member_role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(models.Model):
    """Who made an account: they alone may hand out links that set its first password."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitation")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user}, invited by {self.by}"


MOST_BY_LINK = 100  # people that join by one link: it may reach who was not meant


def new_key() -> str:
    """What nobody can guess: 192 random bits."""
    return secrets.token_urlsafe(24)


class JoinLink(models.Model):
    """The invitation link of a job: by it people make accounts and join as annotators."""

    MOST = MOST_BY_LINK

    job = models.OneToOneField(Job, models.CASCADE, related_name="join_link")
    key = models.CharField(max_length=40, unique=True, default=new_key)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    joined = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(joined__lte=MOST_BY_LINK), name="join_link_most"),
        )

    def __str__(self) -> str:
        return f"link of {self.job}"

"""What programs need that use the API: access tokens, and answers kept for repeated requests."""

from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Words to ask for tokens with."""

    def usable(self) -> Self:
        """Neither revoked nor expired, and their owner's account is active."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, owner__is_active=True)


class ApiToken(models.Model):
    """An access token: a program acts as its owner with it, and may never do more than they."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        MANAGE = "manage", "Read and change"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)  # the first signs, to recognise it by
    digest = models.CharField(max_length=64, unique=True)  # SHA-256; the token itself is not kept
    scope = models.CharField(max_length=6, choices=Scope.choices, default=Scope.READ)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name, verbose_name_plural = "access token", "access tokens"
        constraints = (
            models.CheckConstraint(condition=Q(scope__in=("read", "manage")), name="token_scope"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_expires_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"


class IdempotentRequest(models.Model):
    """A request that was answered under a key: the same one again gets the same answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)  # SHA-256 of method, address and content
    status = models.PositiveSmallIntegerField()
    answer: "models.Field[Any, Any]" = models.JSONField(encoder=DjangoJSONEncoder, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="idempotency_key_once"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.key}"

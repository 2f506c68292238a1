"""Addresses outside that are told what happens to a job, and what each is still to be told."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from labeling.kernel.json_shapes import WebhookEvent
from labeling.models.audit import Event
from labeling.models.job import Job
from labeling.models.work_item import WorkItem


class Webhook(models.Model):
    """An address that gets a signed request for each event of these kinds."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events: "models.Field[list[WebhookEvent], list[WebhookEvent]]" = models.JSONField()
    salt = models.CharField(max_length=64)  # with the site's secret key it gives the hook's secret
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("job", "url"), name="webhook_url_once"),)

    def __str__(self) -> str:
        return f"{self.job}: {self.url}"


class Delivery(WorkItem):
    """One event that one address is to be told: tried again, ever more seldom, until it took it."""

    NAME = "delivery"
    STARTS: ClassVar = Q(due_at__lte=Now())

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    type = models.CharField(max_length=20)
    tries = models.PositiveSmallIntegerField(default=0)  # that were answered otherwise, or not
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("webhook", "event"), name="delivery_event_once"),
        )

    def __str__(self) -> str:
        return f"{self.type} to webhook {self.webhook_id}"

    @property
    def job(self) -> Job:
        """The job it belongs to."""
        return self.webhook.job

"""Webhooks of a job: made, removed, and each event that concerns one queued for it.

They reach only hosts that the operator names (WEBHOOK_HOSTS): an address of a manager's choice
would let them ask whatever the server can reach (server-side request forgery).
"""

import secrets
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac

from labeling.kernel import events
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.json_shapes import WebhookEvent
from labeling.ledger import runner
from labeling.models import Delivery, Event, Job, Round, Webhook

EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
MOST = 10  # of a job
KEPT = timedelta(days=30)  # what was delivered or given up


def make(job: Job, by: User, url: str, wanted: list[WebhookEvent]) -> tuple[Webhook, str]:
    """One with a fresh secret, by which the receiver knows our requests; the same address again
    replaces the one that is there."""
    check_address(url)
    others = Webhook.objects.filter(job=job).exclude(url=url)
    if others.count() >= MOST:
        raise Conflict(f"A job has {MOST} webhooks at most: remove one first.")
    fields = {"events": sorted(set(wanted)), "salt": secrets.token_hex(32), "created_by": by}
    with transaction.atomic():
        row, _ = Webhook.objects.update_or_create(job=job, url=url, defaults=fields)
        events.record(job, "webhook_made", by)
    return row, secret_of(row)


def remove(row: Webhook, by: User) -> None:
    """End it, with all that it was still to be told."""
    with transaction.atomic():
        events.record(row.job, "webhook_removed", by)
        row.delete()


def check_address(url: str) -> None:
    """Raises Invalid unless it is HTTP(S) to a host that the operator named."""
    try:
        parts = urlsplit(url)
        host, scheme = (parts.netloc.rpartition("@")[2]).lower(), parts.scheme
    except ValueError as error:
        raise Invalid("This is no web address.", where="url") from error
    if scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise Invalid("Give an address that begins with https:// and names no user.", where="url")
    if host not in settings.WEBHOOK_HOSTS:
        raise Invalid(
            f"Webhooks may not reach {host[:100]!r}. The server's operator names the hosts that "
            "they may reach (WEBHOOK_HOSTS).",
            where="url",
        )


def secret_of(row: Webhook) -> str:
    """Made of the salt and the site's secret key, so that who reads the database cannot sign."""
    return salted_hmac("labeling.webhook", row.salt, algorithm="sha256").hexdigest()


def kind_of(event: Event) -> WebhookEvent | None:
    """What webhooks call it; None if they are not told of it."""
    if event.kind == "round_entered":
        stages: dict[object, WebhookEvent] = {
            Round.State.COLLECTING.value: "people_needed",
            Round.State.AUDITING.value: "audit_due",
        }
        return stages.get(event.data.get("state"))
    told: dict[str, WebhookEvent] = {
        "round_opened": "round_opened",
        "job_completed": "job_complete",
        "step_failed": "step_failed",
    }
    return told.get(event.kind)


@events.listener
def queue(event: Event) -> None:
    """A delivery for each webhook that wants it, in the event's own transaction."""
    kind = kind_of(event)
    if kind is None:
        return
    for hook in Webhook.objects.filter(job=event.job_id):
        if kind in hook.events:
            row = Delivery.objects.create(webhook=hook, event=event, type=kind)
            transaction.on_commit(lambda row=row: runner.enqueue(row), robust=True)  # type: ignore[misc]


def forget(now: datetime) -> None:
    """Drop what was delivered or given up long ago."""
    Delivery.objects.filter(created_at__lt=now - KEPT).exclude(finished_at=None).delete()

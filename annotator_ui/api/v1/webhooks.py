"""Webhooks of a job for programs: list, make, remove, and what became of each delivery."""

from typing import Literal, TypedDict, cast

from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Created, Nothing, Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from annotator_ui.api.work import parsed
from labeling.kernel.json_shapes import WebhookEvent
from labeling.models import Delivery, Webhook
from labeling.webhooks import hooks


class NewWebhook(forms.StrictSerializer):
    """Where to send what; the host must be one that the server's operator allows."""

    url = serializers.CharField(max_length=500)
    events = serializers.MultipleChoiceField(choices=hooks.EVENTS, allow_empty=False)


class OneWebhook(TypedDict):
    """An address that is told of these events."""

    id: int
    url: str
    events: list[WebhookEvent]
    created_at: str


class MadeWebhook(OneWebhook):
    """The same with the secret that signs its requests, shown once."""

    secret: str


class OneDelivery(TypedDict):
    """An event on its way; `error` is the last try's, `due_at` when the next one is due."""

    id: int
    type: WebhookEvent
    event: int
    state: Literal["delivered", "waiting", "given_up"]
    tries: int
    error: str
    due_at: str
    delivered_at: str | None


def shape(row: Webhook) -> OneWebhook:
    """A webhook without its secret."""
    return {
        "id": row.pk,
        "url": row.url,
        "events": row.events,
        "created_at": row.created_at.isoformat(),
    }


def _delivery(row: Delivery) -> OneDelivery:
    state: Literal["delivered", "waiting", "given_up"] = "waiting"
    if row.finished_at is not None:
        state = "delivered"
    elif row.is_given_up:
        state = "given_up"
    return {
        "id": row.pk,
        "type": cast(WebhookEvent, row.type),
        "event": row.event_id,
        "state": state,
        "tries": row.tries,
        "error": row.error,
        "due_at": row.due_at.isoformat(),
        "delivered_at": row.finished_at.isoformat() if row.finished_at else None,
    }


class Webhooks(V1View):
    """The webhooks of a job."""

    @operation("list_webhooks", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneWebhook]]:
        """For its managers."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        rows = Webhook.objects.filter(job=job)
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))

    @operation("make_webhook", takes=NewWebhook)
    def post(self, request: Request, slug: str) -> Created[MadeWebhook]:
        """Keep the secret: by it the receiver knows our requests.

        The same address again replaces the webhook and its secret, so a key is not needed; under
        one the secret would be kept with the answer.
        """
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(NewWebhook, request)
        row, secret = hooks.make(job, user, given["url"], sorted(given["events"]))
        return Created({**shape(row), "secret": secret})


class OneHook(V1View):
    """One webhook."""

    @operation("remove_webhook")
    def delete(self, request: Request, pk: int) -> Reply[Nothing]:
        """What it was still to be told goes with it."""
        user = access.project_admin(request)
        hooks.remove(access.webhook_for(user, pk), user)
        return Reply({})


class Deliveries(V1View):
    """What a webhook was told."""

    @operation("list_deliveries", asks=ListQuery)
    def get(self, request: Request, pk: int) -> Reply[Listed[OneDelivery]]:
        """Those of the last 30 days."""
        hook = access.webhook_for(access.person(request), pk)
        rows = Delivery.objects.filter(webhook=hook)
        return listed(rows, query(ListQuery, request), lambda found: map(_delivery, found))

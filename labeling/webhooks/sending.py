"""Sends one event to one address: signed, not redirected, and tried again ever more seldom."""

import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta

import requests
from django.utils import timezone

from labeling.kernel.errors import Invalid, Later
from labeling.ledger import leases, runner
from labeling.models import Delivery
from labeling.webhooks import hooks

log = logging.getLogger(__name__)
TIMEOUT = (5, 10)  # seconds to connect, and to wait for the answer
# after each try that failed; then it is given up, after three days in all
PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 360, 720, 1440, 1440))
Lease = leases.Lease[Delivery]


def content_of(row: Delivery) -> bytes:
    """What is sent, the same at each try."""
    event = row.event
    told = {
        "id": row.pk,
        "type": row.type,
        "job": row.job.slug,
        "at": event.at.isoformat(),
        "event": event.pk,
        "data": event.data,
    }
    return json.dumps(told, sort_keys=True).encode()


def signature(secret: str, at: int, content: bytes) -> str:
    """HMAC-SHA256 of time and content: an old request cannot be sent again as a new one."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def _send(row: Delivery) -> str:
    """Why it was not taken; empty if it was."""
    hooks.check_address(row.webhook.url)  # the operator may have taken the host back
    content = content_of(row)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Boxwise",
        "Boxwise-Delivery": str(row.pk),
        "Boxwise-Signature": signature(hooks.secret_of(row.webhook), int(time.time()), content),
    }
    try:
        with requests.post(
            row.webhook.url,
            data=content,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,  # another address was not looked at
            stream=True,  # the answer's content is nobody's business
        ) as reply:
            return "" if 200 <= reply.status_code < 300 else f"It answered {reply.status_code}."
    except requests.RequestException as error:
        return f"It could not be reached: {type(error).__name__}."


def _do(row: Delivery, lease: Lease) -> None:
    trouble = _send(row)
    if not trouble:
        return
    tries = row.tries + 1
    if tries > len(PAUSES):
        raise Invalid(f"{trouble} Given up after {tries} tries.")
    with lease.fenced(tries=tries, due_at=timezone.now() + PAUSES[tries - 1]):
        pass
    raise Later(trouble)


def _failed(row: Delivery) -> None:
    log.warning("delivery=%s given up: %s", row.pk, row.error)


runner.register(Delivery, _do, _failed)

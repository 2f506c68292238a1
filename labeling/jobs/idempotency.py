"""Requests that a program may send again: done once, with the same answer each time, for a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from labeling.kernel.errors import Conflict
from labeling.models import IdempotentRequest

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    content: Any


def once(user: User, key: str, request: str, work: Callable[[], Answer]) -> Answer:
    """What `work` answers; if this request was answered under the key before, that answer.

    `request` is its digest: another one under the same key is a conflict. Row and work are one
    transaction, so a crash leaves both or neither, and of two at once the second waits and gets the
    first one's answer. What fails is not kept and may be tried again.
    """
    if (before := _answered(user, key, request)) is not None:
        return before
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotentRequest.objects.create(
                    user=user, key=key, request=request, status=0, answer=None
                )
        except IntegrityError:
            first = _answered(user, key, request)
            assert first is not None  # its transaction ended, or the row would not be in the way
            return first
        answer = work()
        row.status, row.answer = answer.status, answer.content
        row.save(update_fields=["status", "answer"])
    return answer


def _answered(user: User, key: str, request: str) -> Answer | None:
    row = IdempotentRequest.objects.filter(user=user, key=key).first()
    if row is None:
        return None
    if row.request != request:
        raise Conflict(
            "This Idempotency-Key was used for another request. Use a new one for each request.",
            where="Idempotency-Key",
            code="key_reused",
        )
    return Answer(row.status, row.answer)


def forget(now: datetime) -> None:
    """Drop answers that nobody will ask for any more."""
    IdempotentRequest.objects.filter(at__lt=now - KEPT).delete()

"""The history of a job: one row for everything that changes it, in the change's transaction."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from labeling.models import Event, Job

Listener = Callable[[Event], None]
_listeners: list[Listener] = []
log = logging.getLogger(__name__)


def listener(function: Listener) -> Listener:
    """Register what is called with every event, in the event's transaction."""
    _listeners.append(function)
    return function


def record(job: Job, kind: str, actor: User | None = None, /, **data: Any) -> None:
    """Add one event; `data` is what the sentence on the page needs; boxes in it are not logged."""
    event = Event.objects.create(job=job, actor=actor, kind=kind, data=data)
    for function in _listeners:
        function(event)
    words = " ".join(
        f"{key}={value}" for key, value in data.items() if isinstance(value, (int, float, str))
    )
    log.info("job=%s event=%s %s", job.slug, kind, words)

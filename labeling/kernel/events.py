"""The history of a job: one row for everything that changes it, in the change's transaction."""

import logging
from typing import Any

from django.contrib.auth.models import User

from labeling.models import Event, Job

log = logging.getLogger(__name__)


def record(job: Job, kind: str, actor: User | None = None, /, **data: Any) -> None:
    """Add one event; `data` is what the sentence on the page needs; boxes in it are not logged."""
    Event.objects.create(job=job, actor=actor, kind=kind, data=data)
    words = " ".join(
        f"{key}={value}" for key, value in data.items() if isinstance(value, (int, float, str))
    )
    log.info("job=%s event=%s %s", job.slug, kind, words)

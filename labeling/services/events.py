"""The history of a job: one row for everything that changes it, in the change's transaction."""

import logging
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from labeling.models import Event, Job

log = logging.getLogger(__name__)


def record(
    job: Job, kind: str, actor: AbstractBaseUser | None = None, /, **data: Any
) -> None:
    """Add one event; `data` is what the sentence on the page needs. No boxes, no names."""
    Event.objects.create(job=job, actor=actor, kind=kind, data=data)
    words = " ".join(f"{key}={value}" for key, value in data.items() if not isinstance(value, dict))
    log.info("job=%s event=%s %s", job.slug, kind, words)

"""What follows a change of a job: writers end with one call, and one handler acts after commit."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from labeling.models import Job, Round


@dataclass(frozen=True)
class Change:
    """A job that changed, and what must be looked at besides its open round."""

    job: int
    people: bool = False  # who may answer changed, so some assignments may be left to nobody
    monitored: int | None = None  # a round whose quality monitoring sample has a new verdict


Handler = Callable[[Change], None]
_handlers: list[Handler] = []


def handler(function: Handler) -> Handler:
    """Register what is called after every change; repeating a call must change nothing."""
    _handlers.append(function)
    return function


def changed(job: Job, *, people: bool = False, monitored: Round | None = None) -> None:
    """Say that the job changed: handlers run once this is committed.

    After commit, for two last submitters inside open transactions each see the other unfinished.
    An error in a handler is logged and loses nothing: the reconciliation does it again.
    """
    change = Change(job.pk, people, monitored.pk if monitored else None)

    def follow_up() -> None:
        for function in _handlers:
            function(change)

    transaction.on_commit(follow_up, robust=True)

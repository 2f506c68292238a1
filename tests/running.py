"""Runs the machine's steps in this process, in place of a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from labeling.models import Job, Step
from labeling.services import running, steps


def run_steps(job: Job, limit: int = 100) -> int:
    """Do every step that waits until none does; how many were done."""
    done = 0
    while done < limit:
        waiting = Step.objects.unfinished().filter(round__job=job, round__closed_at=None)
        ready = [s for s in waiting if s.state == s.round.state and not steps.stuck(s)]
        if not ready:
            return done
        running.run(ready[0].pk)
        done += 1
    raise AssertionError(f"more than {limit} steps on {connection.vendor}")


class Held:
    """A step's lease that nobody contests; dies in its n-th transaction, if told so."""

    def __init__(self, dies_in: int = 0) -> None:
        self.fences, self.dies_in = 0, dies_in

    @contextmanager
    def fenced(self, *, last: bool = False) -> Iterator[None]:
        self.fences += 1
        with transaction.atomic():
            yield
            if self.fences == self.dies_in:
                raise KeyboardInterrupt

    def renew(self, *args: Any, **kwargs: Any) -> None:
        pass

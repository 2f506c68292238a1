"""Runs the machine's steps in this process, in place of a worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from labeling.ledger import runner
from labeling.models import Job, Round, Step
from labeling.rounds import selection
from tests.factories import work_all


def run_steps(job: Job, limit: int = 100, before: Callable[[Step], None] | None = None) -> int:
    """Do every step that waits until none does, each after `before`; how many were done."""
    done = 0
    while done < limit:
        waiting = Step.objects.unfinished().filter(round__job=job, round__closed_at=None)
        ready = [s for s in waiting if s.state == s.round.state and not s.is_given_up]
        if not ready:
            return done
        if before:
            before(ready[0])
        runner.run("step", ready[0].pk)
        done += 1
    raise AssertionError(f"more than {limit} steps on {connection.vendor}")


def giving_early(count: int) -> Callable[[Step], None]:
    """Before a training, people get so many images of its round, as if they had begun its batch."""

    def open_some(step: Step) -> None:
        round = step.round
        if step.state == "TRAINING" and not round.assignments.exists():
            selection.open_assignments(round, selection.candidates(round)[:count])

    return open_some


def first_round(job: Job, *people: Any, purpose: str, number: int = 1) -> Round:
    """The job's n-th round of this purpose as it opens, its training still to come."""
    while job.rounds.filter(purpose=purpose).count() < number:
        for step in Step.objects.unfinished().filter(round__job=job):
            if step.state == step.round.state and step.round.closed_at is None:
                assert not step.is_given_up, step.error
                runner.run("step", step.pk)
                break
        else:
            assert work_all(job, *people)
    found: Round = job.rounds.filter(purpose=purpose).order_by("number")[number - 1]
    return found


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

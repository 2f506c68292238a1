"""Every write of a machine step stands inside its fence, in every state of the round's line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from labeling.assignments import claims
from labeling.ledger import leases, runner, steps
from labeling.models import Audit, Job, Round, Step
from labeling.review.queue import claim_next
from labeling.rounds import lifecycle
from tests import factories
from tests.auditing import draw_order, give

pytestmark = pytest.mark.django_db(transaction=True)
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
LEDGER = re.compile(r'UPDATE "labeling_step"')  # a lease's own progress fences itself


class Watch:
    """Notes what handlers write outside their fence."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_handler = self.in_fence = False
        self.loose: list[str] = []
        self.fenced: dict[str, int] = {}
        self.state = ""
        inner = leases.Lease.fenced

        @contextmanager
        def fenced(lease: steps.Lease, *, last: bool = False) -> Iterator[None]:
            with inner(lease, last=last):
                self.in_fence = True
                try:
                    yield
                finally:
                    self.in_fence = False

        monkeypatch.setattr(leases.Lease, "fenced", fenced)
        for state, kind in list(steps.STATES.items()):
            watched = steps.State(self._around(state, kind.handler), kind.queue, kind.shards)
            monkeypatch.setitem(steps.STATES, state, watched)

    def _around(self, state: str, handler: steps.Handler) -> steps.Handler:
        def watched(step: Step, lease: steps.Lease) -> None:
            self.state, self.in_handler = state, True
            try:
                handler(step, lease)
            finally:
                self.in_handler = False

        return watched

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.in_handler and WRITE.match(sql) and not LEDGER.match(sql):
            if self.in_fence:
                self.fenced[self.state] = self.fenced.get(self.state, 0) + 1
            else:
                self.loose.append(f"{self.state}: {sql[:120]}")
        return execute(sql, params, many, context)


def work_through(job: Job, alice: Any, reviewers: list[Any]) -> None:
    """People and machine in turn until the job is complete."""
    for _ in range(400):
        waiting = Step.objects.unfinished().filter(round__job=job, round__closed_at=None).first()
        if waiting is not None:
            runner.run("step", waiting.pk)
            continue
        job.refresh_from_db()
        if job.state == Job.State.COMPLETE:
            return
        for assignment in claims.claim_next(job, alice).assignments:
            factories.answer(assignment, alice)
        draw_order(job, reviewers[0])
        for who in reviewers:
            for audit in claim_next(job, who):
                give(audit, who, "corrected", [factories.box()])
    raise AssertionError(f"not complete: {job.rounds.last()}")


@pytest.mark.parametrize("acceptance", ["certified", "per_round"])
def test_no_step_writes_outside_its_fence(acceptance, alice, bob, rita, monkeypatch, settings):
    settings.MLASSIST_ENGINE = "tests.fakes"
    job = factories.make_job(
        **factories.ALONE,
        acceptance=acceptance,
        pilot_size=4,
        validation_size=24,
        training_size=6,
        batch_size=8,
        audit_budget=20,
        monitoring_share=0.3,
        target_quality=0.5,
        suggestions=True,
    )
    factories.join(job, alice, "annotator")
    for who in (rita, bob):
        factories.join(job, who, "reviewer")
    factories.make_images(job, 70)
    watch = Watch(monkeypatch)

    with connection.execute_wrapper(watch):
        lifecycle.start(job, None)
        work_through(job, alice, [rita, bob])

    assert watch.loose == []
    passed = {
        Round.State.TRAINING,
        Round.State.PREDICTING,
        Round.State.CALIBRATING,
        Round.State.ACCEPTING,
        Round.State.SELECTING,
        Round.State.CONSOLIDATING,
    }
    assert passed <= set(watch.fenced), "each of these states wrote something"
    assert Audit.objects.filter(round__job=job).exists()

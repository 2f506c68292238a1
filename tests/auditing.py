"""Certified jobs at their audit, and reviewers who work through it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from labeling.certification import order, standing
from labeling.models import Audit, Job, Round
from labeling.review import drawings, queue, verdicts
from labeling.rounds import lifecycle
from tests import fakes
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.kept import kept
from tests.running import giving_early, run_steps

NONCE = "5e" * 32
USUAL: dict[str, Any] = {
    **ALONE,
    "acceptance": "certified",
    "pilot_size": 10,
    "validation_size": 30,
    "training_size": 20,
    "batch_size": 20,
    "audit_budget": 40,
    "audit_seed": "fixed",
}


def rightly(path):
    """The box of tests.factories.box(), a pixel off."""
    return (11.0, 10.0, 60.0, 60.0), fakes.score_of(path)


def at_its_audit(
    settings,
    annotator,
    reviewers,
    images: int = 170,
    *,
    sight=rightly,
    boxes=None,
    early=0,
    fresh=False,
    **fields,
) -> Iterator[Job]:
    """For a fixture to pass on: the closing round is locked, all images are seen rightly.

    `sight` and `boxes` (of an assignment): what the detector sees and people draw instead. `early`:
    images that people hold before the machine has looked, in the active round and in the closing
    one. Made once for all tests that ask for the same; `fresh`: once more, as the test looks on.
    """
    settings.MLASSIST_ENGINE = "tests.fakes"
    fakes.SEES["sight"] = sight
    people = (annotator, *reviewers)
    key = (*(one.pk for one in people), images, sight, boxes, early, *sorted(fields.items()))
    make = partial(_audited, annotator, reviewers, images, boxes, early, fields)
    yield make() if fresh else kept(key, make)
    fakes.SEES.clear()


def _audited(annotator, reviewers, images: int, boxes, early: int, fields) -> Job:
    job = make_job(**{**USUAL, **fields})
    join(job, annotator, "annotator")
    for reviewer in reviewers:
        join(job, reviewer, "reviewer")
    make_images(job, images)
    lifecycle.start(job, None)
    for _ in range(20):
        run_steps(job, before=giving_early(early))
        if job.rounds.filter(purpose="closing").exists():
            break
        work_all(job, annotator, boxes=boxes)
    run_steps(job)
    assert round_of(job).state == Round.State.AUDITING
    draw_order(job, reviewers[0])
    return job


def draw_order(job, who) -> None:
    """Give the reviewer's number that the order of the checks waits for, if it does."""
    if plan := order.undrawn_plan(job):
        order.draw(plan, who, NONCE)


def prefix(round: Round) -> list[Audit]:
    """The first checks of the images that count, up to the first gap."""
    return [first for first, _ in standing.places(round)]


def round_of(job, attempt: int = 1) -> Round:
    """The closing round, or a later one."""
    found: Round = job.rounds.filter(purpose="closing").order_by("number")[attempt - 1]
    return found


def give(audit, who, verdict: str, boxes=None):
    """A verdict; of a blind check its boxes are drawn first."""
    if boxes is not None and audit.drawn_blind:
        drawings.store(audit, who, boxes)
    return verdicts.decide(audit, who, verdict=verdict, boxes=boxes)


def judge_all(job, *reviewers, verdict=None) -> int:
    """Let the reviewers judge everything they can get; how many."""
    done = 0
    while True:
        draw_order(job, reviewers[0])
        held = [(who, audit) for who in reviewers for audit in queue.claim_next(job, who)]
        if not held:
            return done
        for who, audit in held:
            given, boxes = (
                verdict(audit)
                if verdict
                else (("corrected", [box()]) if audit.drawn_blind else ("approved", None))
            )
            give(audit, who, given, boxes)
            done += 1

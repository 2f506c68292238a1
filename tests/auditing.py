"""Certified jobs at their audit, and reviewers who work through it."""

from collections.abc import Iterator

from labeling.certification import order
from labeling.models import Job, Round
from labeling.review import drawings, queue, verdicts
from labeling.rounds import lifecycle
from tests import fakes
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.running import giving_early, run_steps

NONCE = "5e" * 32


def at_its_audit(
    settings, annotator, reviewers, images: int, sight=None, boxes=None, early=0, **fields
) -> Iterator[Job]:
    """For a fixture to pass on: the closing round is locked, all images are seen rightly.

    `sight` and `boxes` (of an assignment): what the detector sees and people draw instead. `early`:
    images that people hold before the machine has looked, in the active round and in the closing
    one.
    """
    settings.MLASSIST_ENGINE = "tests.fakes"
    rightly = lambda path: ((11.0, 10.0, 60.0, 60.0), fakes.score_of(path))  # noqa: E731
    fakes.SEES["sight"] = sight or rightly
    usual = {**ALONE, "pilot_size": 10, "validation_size": 30, "audit_seed": "fixed"}
    job = make_job(acceptance="certified", **{**usual, **fields})
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
    yield job
    fakes.SEES.clear()


def draw_order(job, who) -> None:
    """Give the reviewer's number that the order of the checks waits for, if it does."""
    if plan := order.undrawn_plan(job):
        order.draw(plan, who, NONCE)


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

"""Lets many processes do the same thing at the same moment, and reports what came of it.

`python -m tests.labeling.race_driver` runs every race on the database of the environment and
prints JSON; the runners are copies of it, each with connections of its own.
"""

import contextlib
import json
import os
import time
from functools import partial
from typing import Any

import labeling  # noqa: F401  swaps in a safe SQLite before Django loads its own

os.environ["DJANGO_SETTINGS_MODULE"] = "labeling.settings"

import django

django.setup()

from django.contrib.auth import get_user_model
from django.db.models import Count

from labeling.assignments import claims
from labeling.consolidation import labels
from labeling.jobs import idempotency, setup
from labeling.kernel.errors import LabelingError
from labeling.ledger import runner
from labeling.models import (
    Assignment,
    Event,
    IdempotentRequest,
    Image,
    Job,
    Label,
    LabelCheck,
    Round,
    Step,
)
from labeling.review import grid
from labeling.rounds import lifecycle
from labeling.transfers import transfers
from tests import factories, passwords
from tests.forked import Copy

PEOPLE = [f"runner-{i}" for i in range(6)]
START_IN = 1.0  # seconds until the runners go; each needs some hundredths to read what it needs


def ready(at: float) -> None:
    """Wait for the common start."""
    time.sleep(max(0.0, at - time.time()))


def claim_and_answer(at: float, name: str) -> None:
    """Work until nothing is left."""
    user, job = get_user_model().objects.get(username=name), Job.objects.get(slug="crowd")
    ready(at)
    empty = 0
    while empty < 5:
        assignments = claims.claim_next(job, user).assignments
        for assignment in assignments:
            factories.answer(assignment, user)
        empty = 0 if assignments else empty + 1
        time.sleep(0 if assignments else 0.1)


def submit_the_same(at: float, assignment_id: str) -> None:
    """Send one answer, as an impatient browser does."""
    assignment = Assignment.objects.select_related("image__job", "round__job").get(pk=assignment_id)
    ready(at)
    factories.answer(assignment, assignment.annotator)


def export(at: float, slug: str) -> None:
    """Ask for an export."""
    job = Job.objects.get(slug=slug)
    ready(at)
    transfers.start_export(job, None, "coco")


def same_key(at: float, name: str, digest: str) -> None:
    """Make a job under a key, slow enough to meet the others."""
    user = get_user_model().objects.get(username=name)

    def work() -> idempotency.Answer:
        slug = setup.create("keyed", user).slug
        time.sleep(0.3)
        return idempotency.Answer(201, {"slug": slug})

    ready(at)
    assert idempotency.once(user, "key", digest, work) == idempotency.Answer(201, {"slug": "keyed"})


def accept(at: float, round_id: str) -> None:
    """Label every image by machine, one at a time."""
    round = Round.objects.get(pk=round_id)
    images = list(round.job.images.order_by("pk"))
    ready(at)
    for image in images:
        labels.accept_auto(round, [(image, [factories.box()], 0.9, {})])


def claim(at: float, name: str, slug: str) -> None:
    """Claim and give nothing back."""
    user, job = get_user_model().objects.get(username=name), Job.objects.get(slug=slug)
    ready(at)
    for _ in range(40):
        for assignment in claims.claim_next(job, user).assignments:
            factories.answer(assignment, user)


def check(at: float, name: str, slug: str) -> None:
    """Look at every label of the grid, one at a time, slow enough to meet the others."""
    create = LabelCheck.objects.create

    def slowly(**fields: Any) -> LabelCheck:
        time.sleep(0.2)
        return create(**fields)

    LabelCheck.objects.create = slowly
    user, job = get_user_model().objects.get(username=name), Job.objects.get(slug=slug)
    found = list(Label.objects.filter(image__job=job).order_by("pk").values_list("pk", flat=True))
    ready(at)
    for pk in found:
        grid.store(job, user, [{"label": pk, "verdict": "right", "reason": ""}])


def correct(at: float, name: str, image_id: str) -> None:
    """Replace the image's label, slow enough to meet the others."""
    revoke = labels.revoke

    def slowly(rows: Any, reason: str) -> int:
        time.sleep(0.2)
        return revoke(rows, reason)

    labels.revoke = slowly
    user, image = get_user_model().objects.get(username=name), Image.objects.get(pk=image_id)
    ready(at)
    labels.correct(image, [factories.box(20)], user)


def change(at: float, assignment_id: str) -> None:
    """Send an answer again with another box, and take a second over seeing that it may change."""
    look = Round.takes_answers.fget

    def slowly(round: Round) -> bool:
        found = look(round)
        time.sleep(1)
        return found

    Round.takes_answers = property(slowly)
    assignment = Assignment.objects.select_related("image__job", "round__job").get(pk=assignment_id)
    ready(at)
    factories.answer(assignment, assignment.annotator, [factories.box(80)], version=2)


def go_on(at: float, slug: str) -> None:
    """Resume a paused job and do the machine's steps."""
    job = Job.objects.get(slug=slug)
    ready(at + 0.3)
    lifecycle.resume(job, None)
    do_steps(job)


def pause(at: float, action: str, slug: str) -> None:
    """Pause and resume, or cancel, in the middle of it."""
    job = Job.objects.get(slug=slug)
    ready(at + 0.3)
    if action == "cancel":
        lifecycle.cancel(job, None)
        return
    for _ in range(10):
        for change in (lifecycle.pause, lifecycle.resume):
            job.refresh_from_db()
            change(job, None)


RUNNERS = {
    "claim_and_answer": claim_and_answer,
    "submit_the_same": submit_the_same,
    "accept": accept,
    "claim": claim,
    "check": check,
    "correct": correct,
    "change": change,
    "go_on": go_on,
    "pause": pause,
    "export": export,
    "same_key": same_key,
}


def run(*commands: tuple[str, ...]) -> list[str]:
    """Start the runners together; what they said on stderr."""
    at = time.time() + START_IN
    running = [
        Copy(partial(race, name, at, *arguments), kept=True) for name, *arguments in commands
    ]
    return [copy.errors() for copy in running if copy.wait(120)]


def race(name: str, at: float, *arguments: str) -> None:
    """What one of the processes does; a refusal in words is a fair end of a race."""
    with contextlib.suppress(LabelingError):
        RUNNERS[name](at, *arguments)


def started(slug: str, images: int, **fields: Any) -> Job:
    """A running people-only job with its first assignments open."""
    job = factories.make_job(
        **{**factories.ALONE, "slug": slug, "assist": False, "pilot_size": images, **fields}
    )
    for name in PEOPLE:
        factories.join(job, get_user_model().objects.get(username=name), "annotator")
    factories.make_images(job, images)
    lifecycle.start(job, None)
    do_steps(job)
    return job


def do_steps(job: Job) -> None:
    """What a worker would do."""
    for step in Step.objects.unfinished().filter(round__job=job):
        runner.run("step", step.pk)


def repeated(rows: Any, *fields: str) -> int:
    """How many combinations of these fields occur more than once."""
    return int(rows.values(*fields).annotate(n=Count("pk")).filter(n__gt=1).count())


def crowd() -> dict[str, Any]:
    """Six people, forty images, two assignments each."""
    job = started("crowd", 40, annotators_per_image=2)
    errors = run(*(("claim_and_answer", name) for name in PEOPLE))
    submitted = Assignment.objects.filter(round__job=job, state="submitted")
    entered = Event.objects.filter(job=job, kind="round_entered", data__state="CONSOLIDATING")
    return {
        "errors": errors,
        "answers": submitted.count(),
        "double_assignments": repeated(submitted, "image", "slot"),
        "twice_the_same": repeated(Assignment.objects.filter(round__job=job), "image", "annotator"),
        "closed": entered.count(),
    }


def same_answer() -> dict[str, Any]:
    """Ten equal submits of one assignment."""
    job = started("same", 4)
    user = get_user_model().objects.get(username=PEOPLE[0])
    assignment = claims.claim_next(job, user).assignments[0]
    errors = run(*[("submit_the_same", str(assignment.pk))] * 10)
    rows = Assignment.objects.filter(image=assignment.image, annotator=user)
    return {"errors": errors, "rows": rows.count(), "state": rows.get().state}


def same_export() -> dict[str, Any]:
    """Ten requests for one export."""
    job = started("export", 4)
    errors = run(*[("export", job.slug)] * 10)
    return {"errors": errors, "rows": job.transfers.count()}


def one_key() -> dict[str, Any]:
    """Six equal requests under one key, and another one under it, which is refused."""
    requests = [("same_key", PEOPLE[0], "0" * 64)] * 6
    errors = run(*requests)
    errors += run(("same_key", PEOPLE[0], "1" * 64))
    kept = IdempotentRequest.objects.count()
    return {"errors": errors, "jobs": Job.objects.filter(name="keyed").count(), "kept": kept}


def accept_against_claim() -> dict[str, Any]:
    """The machine labels images while three people claim them."""
    job = started("cross", 30)
    round = job.rounds.get()
    errors = run(("accept", str(round.pk)), *(("claim", name, "cross") for name in PEOPLE[:3]))
    auto = Label.objects.auto().filter(image__job=job).values("image")
    held = Assignment.objects.filter(image__in=auto, state__in=("claimed", "submitted"))
    return {
        "errors": errors,
        "crossed": held.count(),
        "auto": auto.count(),
        "answered": Assignment.objects.filter(round=round, state="submitted").count(),
    }


def same_page() -> dict[str, Any]:
    """Three reviewers check the same labels of the grid."""
    job = factories.make_job(**factories.ALONE, slug="grid")
    for image in factories.make_images(job, 4):
        Label.objects.create(image=image, source="auto", boxes=[factories.box()], confidence=0.5)
    errors = run(*(("check", name, "grid") for name in PEOPLE[:3]))
    checks = LabelCheck.objects.filter(label__image__job=job)
    return {"errors": errors, "checks": checks.count()}


def same_image() -> dict[str, Any]:
    """Three reviewers correct one image."""
    job = factories.make_job(**factories.ALONE, slug="correct")
    image = factories.make_images(job, 1)[0]
    errors = run(*(("correct", name, str(image.pk)) for name in PEOPLE[:3]))
    made = Label.objects.filter(image=image, source="reviewer")
    return {"errors": errors, "made": made.count(), "hold": made.active().count()}


def late_change() -> dict[str, Any]:
    """A person changes an answer while its round, complete with it, goes on."""
    job = started("late", 1)
    assignment = claims.claim_next(
        job, get_user_model().objects.get(username=PEOPLE[0])
    ).assignments[0]
    lifecycle.pause(job, None)
    factories.answer(assignment, assignment.annotator, [factories.box(10)])
    errors = run(("change", str(assignment.pk)), ("go_on", "late"))
    assignment.refresh_from_db()
    label = Label.objects.active().get(image=assignment.image)
    return {"errors": errors, "as_answered": label.boxes == assignment.boxes}


def stopped_in_between(action: str) -> dict[str, Any]:
    """Pausing or cancelling while people claim and answer."""
    slug = f"stop-{action}"
    job = started(slug, 40)
    errors = run(("pause", action, slug), *(("claim", name, slug) for name in PEOPLE[:3]))
    job.refresh_from_db()
    assignments = Assignment.objects.filter(round__job=job)
    return {
        "errors": errors,
        "state": job.state,
        "open": assignments.filter(state="open").count(),
        "broken": assignments.filter(state="submitted", boxes=None).count(),
    }


def main() -> None:
    """Run every race."""
    passwords.make_cheaply()
    for name in PEOPLE:
        factories.person(name)
    result = {
        "crowd": crowd(),
        "same_answer": same_answer(),
        "same_export": same_export(),
        "one_key": one_key(),
        "accept_against_claim": accept_against_claim(),
        "same_page": same_page(),
        "same_image": same_image(),
        "late_change": late_change(),
        "pause": stopped_in_between("pause"),
        "cancel": stopped_in_between("cancel"),
    }
    print(json.dumps(result))  # noqa: T201  the parent reads it


if __name__ == "__main__":
    main()

"""Draws a demo job's first images by a simulated person, so that its detector can be trained.

A newcomer meets suggestions within minutes and need not draw sixty images first.
"""

from collections.abc import Callable

import numpy as np
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import F

from labeling.assignments import answers, claims
from labeling.jobs import members
from labeling.kernel.boxes import Box
from labeling.ledger import runner
from labeling.models import Job, Member, Step
from labeling.simulation.crowd import Person

NAME = "simulated"


def join(job: Job) -> User:
    """The simulated annotator, a member of the job; nobody can sign in with the account."""
    user, _ = get_user_model().objects.get_or_create(
        username=NAME, defaults={"first_name": "Simulated", "last_name": "annotator"}
    )
    Member.objects.get_or_create(job=job, user=user, role=Member.Role.ANNOTATOR)
    return user


def is_at_work(job: Job) -> bool:
    """Whether the simulated annotator has joined and not left yet."""
    return job.members.filter(user__username=NAME).exists()


def leave(job: Job, user: User) -> None:
    """The rest is for real people."""
    for member in job.members.filter(user=user):
        members.remove(member, None)


def draw_blind_rounds(job: Job, user: User, truth: Callable[[str], list[Box]]) -> int:
    """Answer until a detector is to be trained; how many images have an answer then."""
    person, classes = Person(np.random.default_rng(0)), job.classes.count()
    while True:
        round = job.rounds.filter(closed_at=None).first()
        if round is None or not round.blind:
            break
        before = round.state
        for step in Step.objects.unfinished().filter(round=round, state=F("round__state")):
            runner.run("step", step.pk)
        assignments = claims.claim_next(job, user, count=claims.STOCK).assignments
        for assignment in assignments:
            size = (assignment.image.width, assignment.image.height)
            boxes, seconds = person.draw(truth(assignment.image.name), size, classes)
            answers.submit(assignment, user, version=1, boxes=boxes, active_ms=int(1000 * seconds))
        round.refresh_from_db()
        if not assignments and round.state == before and round.closed_at is None:
            break  # the last images are in real people's hands
    return job.images.labeled().count()

"""The jobs of browser tests, brought quickly to where a test begins; called by the backstage."""

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from PIL import Image as Picture

from labeling.assignments import claims
from labeling.assignments.answers import submit
from labeling.jobs import classes, setup
from labeling.jobs.images import shuffle_key
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Assignment, Audit, Image, Job, Label, Member, Step, Transfer
from labeling.rounds import lifecycle
from labeling.transfers import transfers

SIZE = (320, 240)
PATIENCE = 60


def job(
    name: str,
    images: int,
    members: list[str],
    start: bool = True,
    labels: Sequence[str] = ("boat", "house"),
    **fields: Any,
) -> str:
    """A job of plain pictures with classes of these names; a member is "name/role"."""
    made = setup.create(name, None, **{"blind_checks": False, **fields})
    for label in labels:
        classes.add(made, label)
    for pair in members:
        who, _, role = pair.partition("/")
        user = get_user_model().objects.get(username=who)
        Member.objects.create(job=made, user=user, role=role)
    Image.objects.bulk_create([_copied(image, made) for image in _imported(images)])
    if start:
        lifecycle.start(made, None)
        _wait_for(lambda: Assignment.objects.filter(round__job=made).exists(), made)
    return made.slug


def _imported(count: int) -> list[Image]:
    """So many pictures; imported once, by a draft that lends them to all jobs."""
    lender = Job.objects.filter(slug="lender").first() or setup.create("Lender", None)
    have = lender.images.count()
    if have < count:
        folder = f"uploads/lender-{count}"
        pictures(str(media_path(folder)), max(count, 12), have)
        row = transfers.start_import(lender, None, "files", folder)
        runner.run("transfer", row.pk)  # does nothing where a worker was quicker
        _wait_for(Transfer.objects.filter(pk=row.pk).exclude(finished_at=None).exists)
    return list(lender.images.order_by("name")[:count])


def _copied(image: Image, made: Job) -> Image:
    same = ("original", "file", "preview", "name", "width", "height", "digest", "perceptual_hash")
    kept = {name: getattr(image, name) for name in same}
    return Image(job=made, shuffle=shuffle_key(made, image.digest), **kept)


def pictures(folder: str, count: int, first: int = 0) -> None:
    """Files of one colour each, no two the same."""
    os.makedirs(folder)
    for i in range(first, count):
        colour = (40 + i % 200, 90, 140 + i // 200)
        Picture.new("RGB", SIZE, colour).save(os.path.join(folder, f"plain-{i:03}.png"))


def answer(slug: str, name: str, most: int, shift: int = 0) -> int:
    """Let a person answer up to so many images elsewhere; how many it were."""
    made = Job.objects.get(slug=slug)
    user = get_user_model().objects.get(username=name)
    box = {"class_id": 0, "x1": 10 + shift, "y1": 10, "x2": 60 + shift, "y2": 60}
    done = 0
    while done < most:
        assignments = claims.claim_next(made, user, count=1).assignments
        if not assignments:
            break
        submit(assignments[0], user, version=1, boxes=[box], active_ms=4000)
        made.refresh_from_db()
        done += 1
    return done


def labels_ready(slug: str, shifts: dict[str, int]) -> int:
    """Let people answer the open round, each by their own shift; how many labels came of it."""
    made = Job.objects.get(slug=slug)
    assignments = Assignment.objects.filter(round__job=made, round__closed_at=None)
    _wait_for(assignments.exists, made)
    round = made.rounds.get(closed_at=None)
    for name, shift in shifts.items():
        answer(slug, name, round.assignments.values("image").distinct().count(), shift)
    rows = Label.objects.filter(round=round)
    _wait_for(lambda: made.rounds.filter(pk=round.pk).exclude(closed_at=None).exists(), made)
    return rows.count()


def audits_ready(slug: str, name: str) -> int:
    """Let a person answer and the machine work until there are audits; how many there are."""
    made = Job.objects.get(slug=slug)
    rows = Audit.objects.filter(round__job=made).wanted()
    _wait_for(lambda: rows.exists() or answer(slug, name, 1000) < 0, made)
    return rows.count()


def _wait_for(holds: Callable[[], bool], made: Job | None = None) -> None:
    """Until it holds; a job's steps are done here, as a worker takes a second to look for each."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("the workers did not do their part in time")
        if made is None or not _steps_done(made):
            time.sleep(0.1)


def _steps_done(made: Job) -> int:
    """Do the steps that are due; how many were. Nothing is done where a worker was quicker."""
    waiting = Step.objects.unfinished().filter(round__job=made, round__closed_at=None)
    due = [step for step in waiting if step.state == step.round.state and not step.is_given_up]
    for step in due:
        runner.run("step", step.pk)
    return len(due)

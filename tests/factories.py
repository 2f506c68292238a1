"""Plain functions that make what a test needs."""

import itertools
from typing import Any

from django.contrib.auth import get_user_model

from labeling.assignments import answers, claims
from labeling.jobs import accounts, classes, setup
from labeling.jobs.images import shuffle_key
from labeling.kernel.boxes import Box
from labeling.kernel.stored_files import media_path
from labeling.models import Assignment, Image, Job, Member

_numbers = itertools.count(1)
SIZE = (200, 150)


# Those of most tests have the same numbers in all: a job that was kept names them.
NAMED = {name: 900_001 + i for i, name in enumerate(("alice", "bob", "rita", "mona", "eve"))}


def person(name: str) -> Any:
    """An account whose password is its name."""
    return get_user_model().objects.create_user(name, password=name, pk=NAMED.get(name))


def project_admin(name: str) -> Any:
    """Staff in the group of project admins."""
    user = person(name)
    accounts.make_project_admin(user)
    return user


# For tests of something else: one answer an image, and nothing drawn a second time.
ALONE: dict[str, Any] = {
    "mode": "independent",
    "annotators_per_image": 1,
    "prefetch_percent": 0,
    "blind_control_percent": 0,
    "blind_checks": False,
}


def make_job(**fields: Any) -> Job:
    """A draft job with two classes, small sizes, and all else as a new job has it."""
    fields = {
        "pilot_size": 10,
        "validation_size": 20,
        "training_size": 20,
        "batch_size": 20,
        "seed": 1,
        **fields,
    }
    job = setup.create(fields.pop("name", f"Job {next(_numbers)}"), None, **fields)
    classes.add(job, "cat")
    classes.add(job, "dog")
    return job


def join(job: Job, user: Any, *roles: str) -> None:
    """Make the person a member."""
    for role in roles:
        Member.objects.get_or_create(job=job, user=user, role=role)


def make_images(job: Job, count: int, intake: int = 0) -> list[Image]:
    """Images with rows only; their files are three bytes that nobody decodes."""
    start = job.images.count()
    rows = []
    for i in range(start, start + count):
        digest = f"{i:064x}"  # of no job: what is drawn by hash must not hang on row numbers
        rows.append(
            Image(
                job=job,
                original=f"jobs/{job.pk}/original/{digest}.png",
                file=f"jobs/{job.pk}/full/{digest}",
                preview=f"jobs/{job.pk}/preview/{digest}.jpg",
                name=f"image-{i:04}.png",
                width=SIZE[0],
                height=SIZE[1],
                digest=digest,
                intake=intake,
                shuffle=shuffle_key(job, digest),
            )
        )
    Image.objects.bulk_create(rows)
    for row in rows[:20]:
        for name in (row.file, row.preview):
            path = media_path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"png")
    return list(job.images.order_by("pk"))[start:]


def box(x: float = 10, y: float = 10, size: float = 50, class_id: int = 0) -> Box:
    """A square box."""
    return {"class_id": class_id, "x1": x, "y1": y, "x2": x + size, "y2": y + size}


def answer(
    assignment: Assignment, by: Any, boxes: list[Box] | None = None, version: int = 1
) -> Any:
    """Submit an answer on an assignment; one box unless told otherwise."""
    given = [box()] if boxes is None else boxes
    return answers.submit(assignment, by, version=version, boxes=given, active_ms=1000)


def work_all(job: Job, *people_: Any, boxes: Any = None, count: int = 2) -> int:
    """Let these people answer everything they can get, so many at once; how many answers."""
    done = 0
    while True:
        assignments = [
            (p, s) for p in people_ for s in claims.claim_next(job, p, count=count).assignments
        ]
        if not assignments:
            return done
        for who, assignment in assignments:
            answer(assignment, who, boxes(assignment) if boxes else None)
            done += 1

"""Threads of notes as pages and API show them."""

from collections.abc import Iterable
from typing import TypedDict

from django.contrib.auth.models import User

from annotator_ui.api import access, shapes
from labeling.kernel.boxes import Box
from labeling.models import Comment, Image, Job, Label
from labeling.review import comments

LISTED = 100


class Said(TypedDict):
    """Words, of whom, and whether they may be taken back (nobody has answered or read them)."""

    id: int
    text: str
    at: str
    by: str
    mine: bool
    removable: bool


class ThreadAnswer(Said):
    """An answer; `fresh`: to the reader's own note, and not read yet."""

    fresh: bool


class LabelNow(TypedDict):
    """The label that holds now."""

    id: int
    boxes: list[Box]


class Suggestion(TypedDict):
    """The boxes of a suggested correction; for reviewers, the label they would replace."""

    boxes: list[Box]
    outcome: Comment.Outcome
    label: LabelNow | None


class _Thread(Said):
    x: float
    y: float
    closed: bool
    suggestion: Suggestion | None
    answers: list[ThreadAnswer]


class Thread(_Thread):
    """A note on an image and its answers."""

    image: int


class PicturedThread(_Thread):
    """The same with its picture."""

    image: shapes.Picture


class ThreadLeft(TypedDict):
    """The thread that some words were taken out of, if it still is there."""

    thread: Thread | None


def shape(rows: Iterable[Comment], reader: User, job: Job) -> list[Thread]:
    """Threads of a job with their answers."""
    rows = list(rows)
    held = _labels(rows) if access.roles(job, reader) & set(access.REVIEWING) else {}
    return [
        {
            "id": row.pk,
            "image": row.image_id,
            "x": row.x or 0.0,
            "y": row.y or 0.0,
            "text": row.text,
            "at": row.at.isoformat(),
            "closed": row.closed_at is not None,
            **_by(row, reader),
            "suggestion": _suggestion(row, held),
            "removable": row.author_id == reader.pk
            and row.closed_at is None
            and not row.answers.all(),
            "answers": [
                {
                    "id": a.pk,
                    "text": a.text,
                    "at": a.at.isoformat(),
                    **_by(a, reader),
                    "fresh": a.seen_at is None
                    and row.author_id == reader.pk
                    and a.author_id != reader.pk,
                    "removable": a.author_id == reader.pk and a.seen_at is None,
                }
                for a in row.answers.all()
            ],
        }
        for row in rows
    ]


def _labels(rows: list[Comment]) -> dict[int, Label]:
    """The labels that hold now of the images with a suggestion."""
    images = [row.image_id for row in rows if row.assignment_id]
    return {row.image_id: row for row in Label.objects.active().filter(image__in=images)}


def _suggestion(row: Comment, held: dict[int, Label]) -> Suggestion | None:
    """The suggested boxes; beside them, for reviewers alone, the label they would replace."""
    if row.assignment_id is None:
        return None
    label = held.get(row.image_id)
    return {
        "boxes": row.boxes or [],
        "outcome": Comment.Outcome(row.outcome),
        "label": {"id": label.pk, "boxes": label.boxes} if label else None,
    }


def suggestions_of(image: Image, reader: User) -> list[PicturedThread]:
    """The suggested corrections of an image that wait for a decision."""
    rows = comments.threads(image.job, reader).filter(image=image, closed_at=None)
    waiting = (
        rows.exclude(assignment=None).select_related("author").prefetch_related("answers__author")
    )
    return [_pictured(row, image) for row in shape(waiting, reader, image.job)]


def _pictured(thread: Thread, image: Image) -> PicturedThread:
    return {**thread, "image": shapes.image(image)}  # type: ignore[typeddict-item]


class _By(TypedDict):
    by: str
    mine: bool


def _by(row: Comment, reader: User) -> _By:
    mine = row.author_id == reader.pk
    return {"by": "You" if mine else shapes.user(row.author)["name"], "mine": mine}


def of_image(job: Job, image_id: int, reader: User) -> list[Thread]:
    """The threads of one image that this person may read."""
    rows = comments.threads(job, reader).filter(image=image_id)
    return shape(rows.select_related("author").prefetch_related("answers__author"), reader, job)


def of_job(job: Job, reader: User) -> list[PicturedThread]:
    """Threads with their pictures."""
    rows = list(
        comments.threads(job, reader)
        .select_related("author", "image")
        .prefetch_related("answers__author")
        .order_by("-closed_at", "-pk")[:LISTED]
    )
    rows.sort(key=lambda row: (row.closed_at is not None, -row.pk))
    return [
        _pictured(entry, row.image)
        for entry, row in zip(shape(rows, reader, job), rows, strict=True)
    ]

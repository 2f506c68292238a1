"""Assignments as the annotate page opens them, with what goes beside the image."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Count

from annotator_ui.api import shapes
from labeling.assignments import claims, drafts, own_answers
from labeling.models import Assignment, Comment, Round
from labeling.review import grid


def shaped(
    assignments: Sequence[Assignment], position: shapes.Position, new: int = 0
) -> list[shapes.Assignment]:
    """Assignments of one person; the last `new` were claimed just now, so they have no drafts
    yet."""
    begun = assignments[: len(assignments) - new]
    kept = drafts.newest_drafts(begun) if begun else {}
    reasons, notes = _sent_back(assignments), _own_notes(assignments)
    return [
        shapes.assignment(
            assignment,
            position,
            {
                "draft": kept.get(assignment.pk),
                "returned": reasons.get(assignment.image_id),
                "notes": notes.get(assignment.image_id, 0),
            },
        )
        for assignment in assignments
    ]


def alone(assignment: Assignment) -> shapes.Assignment:
    """One assignment, with the round's standing."""
    return shaped([assignment], position_of(assignment.round, assignment.annotator))[0]


def position_of(round: Round, user: User | None) -> shapes.Position:
    """How many answers of the round this person has given, and how many anybody still may."""
    left = claims.left_of(claims.assignment_counts(round))
    return {"done": claims.own_done(round, user) if user else 0, "left": left}


def _sent_back(assignments: Sequence[Assignment]) -> dict[int, shapes.Returned]:
    """Why a reviewer sent images back; in blind rounds nothing said of an earlier label may reach
    the person who draws."""
    sent = grid.returned([one.image_id for one in assignments if not one.round.blind])
    return {image: {"code": code, "label": str(code.label)} for image, code in sent.items()}


def _own_notes(assignments: Sequence[Assignment]) -> dict[int, int]:
    """How many notes its annotator pinned to an image."""
    if not assignments:
        return {}
    own = Comment.objects.threads().filter(
        image__in=[assignment.image_id for assignment in assignments],
        author=assignments[0].annotator_id,
    )
    return dict(own.values_list("image").annotate(n=Count("pk")).values_list("image", "n"))


class OwnAssignment(shapes.Assignment):
    """An assignment, and whether its answer may still be changed."""

    changeable: bool


def reopened(assignment: Assignment) -> OwnAssignment:
    """One assignment of the person, to be opened again."""
    return {**alone(assignment), "changeable": own_answers.changeable(assignment)}

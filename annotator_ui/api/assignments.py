"""Assignments as the annotate page opens them, with what goes beside the image."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count

from annotator_ui.api import shapes
from labeling.assignments import claims, drafts
from labeling.models import Assignment, Comment, Round
from labeling.review import grid


def shaped(
    assignments: Sequence[Assignment], position: dict[str, int], new: int = 0
) -> list[dict[str, Any]]:
    """Assignments of one person; the last `new` were claimed just now, so they have no drafts
    yet."""
    begun = assignments[: len(assignments) - new]
    found, kept = beside(assignments), drafts.newest_drafts(begun) if begun else {}
    return [
        shapes.assignment(
            assignment,
            position,
            {**found.get(assignment.image_id, {}), "draft": kept.get(assignment.pk)},
        )
        for assignment in assignments
    ]


def alone(assignment: Assignment) -> dict[str, Any]:
    """One assignment, with the round's standing."""
    return shaped([assignment], position_of(assignment.round, assignment.annotator))[0]


def position_of(round: Round, user: User | None) -> dict[str, int]:
    """How many answers of the round this person has given, and how many anybody still may."""
    left = claims.left_of(claims.assignment_counts(round))
    return {"done": claims.own_done(round, user) if user else 0, "left": left}


def beside(assignments: Sequence[Assignment]) -> dict[int, dict[str, Any]]:
    """Per image: why a reviewer sent it back, and how many notes its annotator pinned to it.

    In blind rounds nothing said of an earlier label may reach the person who draws.
    """
    if not assignments:
        return {}
    reasons = grid.returned(
        [assignment.image_id for assignment in assignments if not assignment.round.blind]
    )
    own = Comment.objects.threads().filter(
        image__in=[assignment.image_id for assignment in assignments],
        author=assignments[0].annotator_id,
    )
    notes = dict(own.values_list("image").annotate(n=Count("pk")).values_list("image", "n"))
    return {
        assignment.image_id: {
            "returned": reasons.get(assignment.image_id),
            "notes": notes.get(assignment.image_id, 0),
        }
        for assignment in assignments
    }

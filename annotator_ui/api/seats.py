"""Seats as the annotate page opens them, with what goes beside the image."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count

from annotator_ui.api import shapes
from labeling.assignments import claims, drafts
from labeling.models import Assignment, Comment, Round
from labeling.review import grid


def shaped(
    seats: Sequence[Assignment], position: dict[str, int], new: int = 0
) -> list[dict[str, Any]]:
    """Seats of one person; the last `new` were claimed just now, so they have no drafts yet."""
    begun = seats[: len(seats) - new]
    found, kept = beside(seats), drafts.of(begun) if begun else {}
    return [
        shapes.assignment(
            seat, position, {**found.get(seat.image_id, {}), "draft": kept.get(seat.pk)}
        )
        for seat in seats
    ]


def alone(seat: Assignment) -> dict[str, Any]:
    """One seat, with the round's standing."""
    return shaped([seat], position_of(seat.round, seat.annotator))[0]


def position_of(round: Round, user: User | None) -> dict[str, int]:
    """How many answers of the round this person has given, and how many anybody still may."""
    left = claims.left_of(claims.seat_counts(round))
    return {"done": claims.own_done(round, user) if user else 0, "left": left}


def beside(seats: Sequence[Assignment]) -> dict[int, dict[str, Any]]:
    """Per image: why a reviewer sent it back, and how many notes its annotator pinned to it.

    In blind rounds nothing said of an earlier label may reach the person who draws.
    """
    if not seats:
        return {}
    reasons = grid.returned([seat.image_id for seat in seats if not seat.round.blind])
    own = Comment.objects.threads().filter(
        image__in=[seat.image_id for seat in seats], author=seats[0].annotator_id
    )
    notes = dict(own.values_list("image").annotate(n=Count("pk")).values_list("image", "n"))
    return {
        seat.image_id: {
            "returned": reasons.get(seat.image_id),
            "notes": notes.get(seat.image_id, 0),
        }
        for seat in seats
    }

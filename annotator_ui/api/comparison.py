"""API of two labels of one image, set against each other."""

from collections.abc import Mapping
from typing import TypedDict

from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, shapes
from annotator_ui.api.replies import Reply
from annotator_ui.suggest import for_images
from labeling.consolidation import disagreements
from labeling.consolidation.core.answer_groups import Kind, changes
from labeling.kernel.boxes import Box, pack
from labeling.kernel.errors import Invalid
from labeling.models import Image


class Side(TypedDict):
    """A label an image has had, or what the detector sees in it."""

    id: str
    name: str
    round: int | None
    by: str | None
    at: str | None
    ended: str
    boxes: list[Box]


class BoxChange(TypedDict):
    """What became of a box between two labels, by its place in each."""

    kind: Kind
    left: int | None
    right: int | None
    overlap: float


class TwoLabels(TypedDict):
    """All labels of an image, the two chosen, and how they differ."""

    image: shapes.Picture
    sides: list[Side]
    left: str | None
    right: str | None
    changes: list[BoxChange]


class Compare(APIView):
    """Two labels of one image."""

    def get(self, request: Request, pk: int) -> Reply[TwoLabels]:
        """Each label it had, what the model sees, and two of them set against each other."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        sides = sides_of(image, access.MANAGER in access.roles(image.job, user))
        left, right = _chosen(sides, request.query_params)
        found = changes(pack(left["boxes"]), pack(right["boxes"])) if left and right else []
        return Reply(
            {
                "image": shapes.image(image),
                "sides": sides,
                "left": left["id"] if left else None,
                "right": right["id"] if right else None,
                "changes": [
                    {"kind": c.kind, "left": c.left, "right": c.right, "overlap": c.overlap}
                    for c in found
                ],
            }
        )


def sides_of(image: Image, named: bool) -> list[Side]:
    """The labels an image has had, oldest first, and what the latest detector sees in it."""
    rows = disagreements.history(image)
    found: list[Side] = [
        {
            "id": str(label.pk),
            "name": label.get_source_display(),
            "round": label.round.number if label.round else None,
            "by": shapes.user(label.by)["name"] if named and label.by else None,
            "at": label.created_at.isoformat(),
            "ended": label.end,
            "boxes": label.boxes,
        }
        for label in rows
    ]
    round = image.job.rounds.order_by("-number").first()
    seen, _ = for_images(round, [image.pk]).get(image.pk, (None, False)) if round else (None, False)
    if seen is not None:
        found.append(
            {
                "id": "model",
                "name": "model now",
                "round": None,
                "by": None,
                "at": None,
                "ended": "",
                "boxes": seen,
            }
        )
    return found


def _chosen(sides: list[Side], asked: Mapping[str, str]) -> tuple[Side | None, Side | None]:
    """The two asked for, never the same one twice; by default the last two labels.

    With one label alone the model stands beside it; without a model there is no right side.
    """
    by_id = {side["id"]: side for side in sides}
    left, right = (_asked(by_id, asked.get(which, ""), which) for which in ("left", "right"))
    if left is not None and left is right:
        raise Invalid("Choose two different labels: this one is on the left.", where="right")
    labels = [side for side in sides if side["id"] != "model"]
    model = [side for side in sides if side["id"] == "model"]
    order = labels[-2:] + model if len(labels) > 1 else labels + model
    rest = (side for side in order + labels if side is not left and side is not right)
    left = left or next(rest, None)
    return left, right or next(rest, None)


def _asked(by_id: dict[str, Side], wanted: str, where: str) -> Side | None:
    if wanted and wanted not in by_id:
        raise Invalid("The image has no such label any more.", where=where)
    return by_id.get(wanted)

"""API of disagreements: between people on one image, and between two labels of it."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access, shapes
from annotator_ui.api.comments import suggestions_of
from annotator_ui.api.work import parsed
from annotator_ui.suggest import for_images
from labeling.assignments import answers
from labeling.consolidation import disagreements
from labeling.consolidation.core.answer_groups import changes
from labeling.kernel.boxes import Box, pack, without_scores
from labeling.kernel.errors import Invalid
from labeling.models import Image, Job, Label

LISTED = 200  # images sent at once; the page asks again when it has adjudicated these
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AdjudicationForm(shapes.StrictSerializer):
    """A reviewer's boxes in place of what people differ on."""

    label = serializers.IntegerField(  # type: ignore[assignment]
        help_text="The label that held when the reviewer looked."
    )
    boxes = serializers.ListField(child=serializers.DictField())
    decisions = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        default=dict,
        help_text="How many groups were adjudicated in which way: merged, person, none, drawn.",
    )

    def validate_decisions(self, value: dict[str, int]) -> dict[str, int]:
        """The four ways only."""
        unknown = sorted(set(value) - {"merged", "person", "none", "drawn"})
        if unknown:
            raise serializers.ValidationError(f"Unknown way: {unknown[0]}.")
        return value


def list_of(job: Job) -> dict[str, Any]:
    """The doubtful images of a job, worst first, and how many are adjudicated."""
    found = disagreements.doubtful(job)
    rows = found[:LISTED]
    images = Image.objects.in_bulk([row.image for row in rows])
    return {
        "left": len(found),
        "images": [
            {
                "image": shapes.image(images[row.image]),
                "doubt": row.doubt,
                "round": row.round,
                "boxes": row.boxes,
            }
            for row in rows
        ],
        "adjudicated": disagreements.adjudicated_count(job),
        "level": disagreements.RISKY,
    }


def image_of(image: Image, reader: User) -> dict[str, Any]:
    """One image's people, groups and merged boxes, and the corrections suggested of it."""
    named = access.MANAGER in access.roles(image.job, reader)
    found = disagreements.of_image(image)
    detail = found.label.detail
    active = found.active
    assert active is not None
    return {
        "image": shapes.image(image),
        "label": active.pk,
        "adjudicated": active.source != Label.Source.HUMAN,
        "boxes": without_scores(active.boxes),
        "round": found.label.round.number if found.label.round else None,
        "method": detail.get("method", ""),
        "risk": detail.get("risk"),
        "people": [
            {
                "letter": LETTERS[place % len(LETTERS)],
                "name": shapes.user(assignment.annotator)["name"] if named else None,
                "boxes": len(assignment.boxes or []),
            }
            for place, assignment in enumerate(found.answers)
        ],
        "groups": [
            {
                "mean": group.mean,
                "merged": group.merged is not None,
                "agreement": group.agreement,
                "probability": _at(detail.get("probability"), group.merged),
                "spread": _at(detail.get("spread"), group.merged),
                "drawn": [
                    {"person": d.person, "box": d.box, "overlap": d.overlap} for d in group.drawn
                ],
            }
            for group in found.groups
        ],
        "sure": disagreements.SURE,
        "suggestions": suggestions_of(image, reader),
    }


def _at(values: Any, place: int | None) -> float | None:
    if place is None or not isinstance(values, list) or place >= len(values):
        return None
    return float(values[place])


class DisagreementsList(APIView):
    """Images on which people differ."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        """Worst first."""
        return Response(list_of(access.job_for(access.person(request), slug, *access.REVIEWING)))


class Disagreements(APIView):
    """People on one image."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """Their boxes, grouped."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        return Response(image_of(image, user))

    @extend_schema(request=AdjudicationForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, pk: int) -> Response:
        """Settle them."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        form = parsed(AdjudicationForm, request)
        boxes: list[Box] = without_scores(answers.parse_boxes(image, form["boxes"]))
        label = disagreements.adjudicate(image, form["label"], boxes, user, form["decisions"])
        return Response({"label": label.pk, "boxes": label.boxes})


class Compare(APIView):
    """Two labels of one image."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """Each label it had, what the model sees, and two of them set against each other."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        sides = sides_of(image, access.MANAGER in access.roles(image.job, user))
        left, right = _chosen(sides, request.query_params)
        found = changes(pack(left["boxes"]), pack(right["boxes"])) if left and right else []
        return Response(
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


def sides_of(image: Image, named: bool) -> list[dict[str, Any]]:
    """The labels an image has had, oldest first, and what the latest detector sees in it."""
    rows = disagreements.history(image)
    found = [
        {
            "id": str(label.pk),
            "name": label.get_source_display(),
            "round": label.round.number if label.round else None,
            "by": shapes.user(label.by)["name"] if named and label.by else None,
            "at": label.created_at.isoformat(),
            "ended": label.reason if label.revoked_at else "",
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


def _chosen(sides: list[dict[str, Any]], asked: Any) -> tuple[Any, Any]:
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


def _asked(by_id: dict[str, Any], wanted: str, where: str) -> Any:
    if wanted and wanted not in by_id:
        raise Invalid("The image has no such label any more.", where=where)
    return by_id.get(wanted)

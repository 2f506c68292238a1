"""API of disagreements between people on one image."""

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms, shapes
from annotator_ui.api.replies import Reply
from annotator_ui.api.threads import PicturedThread, suggestions_of
from annotator_ui.api.work import parsed
from labeling.assignments import answer_content
from labeling.consolidation import disagreements
from labeling.kernel.boxes import Box, without_scores
from labeling.models import Image, Job, Label

LISTED = 200  # images sent at once; the page asks again when it has adjudicated these
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


Way = Literal["merged", "person", "none", "drawn"]


class DecisionsField(forms.TypedField, serializers.DictField):
    """Groups of boxes by the way they were decided."""

    hint = dict[Way, int]


class AdjudicationForm(forms.StrictSerializer):
    """A reviewer's boxes in place of what people differ on."""

    label = serializers.IntegerField(  # type: ignore[assignment]
        help_text="The label that held when the reviewer looked."
    )
    boxes = forms.BoxesField()
    decisions = DecisionsField(
        child=serializers.IntegerField(min_value=0),
        default=dict,
        help_text="How many groups were adjudicated in which way: merged, person, none, drawn.",
    )

    def validate_decisions(self, value: dict[str, int]) -> dict[str, int]:
        """The four ways only."""
        unknown = sorted(set(value) - set(get_args(Way)))
        if unknown:
            raise serializers.ValidationError(f"Unknown way: {unknown[0]}.")
        return value


class Doubtful(TypedDict):
    """An image on which people differ, and how far its label may be wrong, in [0, 1]."""

    image: shapes.Picture
    doubt: float
    round: int
    boxes: int


class DoubtfulImages(TypedDict):
    """The first of them, how many are left, how many are adjudicated, and the least doubt shown."""

    left: int
    images: list[Doubtful]
    adjudicated: int
    level: float


class Annotator(TypedDict):
    """One who answered; only managers see the name."""

    letter: str
    name: str | None
    boxes: int


class DrawnBox(TypedDict):
    """A box of a person (by place), and its overlap with the group's."""

    person: int
    box: Box
    overlap: float


class BoxGroup(TypedDict):
    """Boxes taken for one object; `merged`: whether the label has it."""

    mean: Box
    merged: bool
    agreement: float
    probability: float | None
    spread: float | None
    drawn: list[DrawnBox]


class ImageDisagreements(TypedDict):
    """People's boxes on one image, grouped; `sure`: agreement from which a group needs no look."""

    image: shapes.Picture
    label: int
    adjudicated: bool
    boxes: list[Box]
    round: int | None
    method: str
    risk: float | None
    people: list[Annotator]
    groups: list[BoxGroup]
    sure: float
    suggestions: list[PicturedThread]


class Adjudicated(TypedDict):
    """The label a decision made."""

    label: int
    boxes: list[Box]


def list_of(job: Job) -> DoubtfulImages:
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


def image_of(image: Image, reader: User) -> ImageDisagreements:
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
                "name": shapes.user(assignment.annotator)["name"]
                if named and assignment.annotator
                else None,
                "boxes": len(assignment.boxes or []),
            }
            for place, assignment in enumerate(found.answers)
        ],
        "groups": [
            {
                "mean": group.mean,
                "merged": group.merged is not None,
                "agreement": group.agreement,
                "probability": _at(detail.get("probability", ()), group.merged),
                "spread": _at(detail.get("spread", ()), group.merged),
                "drawn": [
                    {"person": d.person, "box": d.box, "overlap": d.overlap} for d in group.drawn
                ],
            }
            for group in found.groups
        ],
        "sure": disagreements.SURE,
        "suggestions": suggestions_of(image, reader),
    }


def _at(values: Sequence[float], place: int | None) -> float | None:
    return values[place] if place is not None and place < len(values) else None


class DisagreementsList(APIView):
    """Images on which people differ."""

    def get(self, request: Request, slug: str) -> Reply[DoubtfulImages]:
        """Worst first."""
        return Reply(list_of(access.job_for(access.person(request), slug, *access.REVIEWING)))


class Disagreements(APIView):
    """People on one image."""

    def get(self, request: Request, pk: int) -> Reply[ImageDisagreements]:
        """Their boxes, grouped."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        return Reply(image_of(image, user))

    @extend_schema(request=AdjudicationForm)
    def put(self, request: Request, pk: int) -> Reply[Adjudicated]:
        """Settle them."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        form = parsed(AdjudicationForm, request)
        boxes: list[Box] = without_scores(answer_content.parse_boxes(image, form["boxes"]))
        label = disagreements.adjudicate(image, form["label"], boxes, user, form["decisions"])
        return Reply({"label": label.pk, "boxes": label.boxes})

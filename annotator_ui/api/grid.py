"""The grid's API: a page of labels, most suspicious first, and the checks of a whole page."""

from math import isfinite
from typing import Literal, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms, shapes
from annotator_ui.api.replies import Nothing, Reply
from annotator_ui.api.work import parsed
from labeling.kernel.boxes import Box
from labeling.models import Job, Label, LabelCheck, Member, RejectReason
from labeling.review import grid
from labeling.review.core.suspicion import Usual, main_reason, usual

SAMPLE = 300  # labels that tell what is usual


class GridQuery(forms.StrictSerializer):
    """Which labels a page shows."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        ("auto", "human", "reviewer", "any"), default="auto"
    )
    round = serializers.IntegerField(
        min_value=1, max_value=forms.LARGEST, allow_null=True, default=None
    )
    class_id = serializers.IntegerField(
        min_value=0, max_value=forms.LARGEST, allow_null=True, default=None
    )
    low = serializers.FloatField(min_value=0, max_value=1, default=0)
    high = serializers.FloatField(min_value=0, max_value=1, default=1)
    person = serializers.IntegerField(
        min_value=0, max_value=forms.LARGEST, allow_null=True, default=None
    )
    looked_at = serializers.BooleanField(default=False)
    order = serializers.ChoiceField(("suspicion", "random"), default="suspicion")
    after = serializers.CharField(max_length=60, allow_blank=True, default="")
    count = serializers.IntegerField(min_value=12, max_value=30, default=18)

    def validate_after(self, value: str) -> tuple[float, int] | None:
        """A place that an earlier page ended at."""
        if not value:
            return None
        place, _, pk = value.partition(":")
        try:
            # the random order is by whole numbers that a float would round
            exact = int(place) if place.lstrip("-").isdigit() else float(place)
            if not isfinite(exact):
                raise ValueError("no place")
            return exact, int(pk)
        except (OverflowError, ValueError) as error:
            raise serializers.ValidationError("Use the `after` of an earlier page.") from error


def wanted(form: GridQuery) -> grid.Wanted:
    """What a valid form asks for."""
    values = dict(form.validated_data)
    if values["source"] == "any":
        values["source"] = None
    return grid.Wanted(**values)


class CheckForm(forms.StrictSerializer):
    """What a reviewer thinks of one label."""

    label = serializers.IntegerField()  # type: ignore[assignment]
    verdict = serializers.ChoiceField(("right", "rejected"))
    reason = serializers.ChoiceField(RejectReason.choices, allow_blank=True, default="")


class ChecksForm(forms.StrictSerializer):
    """A page of checks."""

    checks = serializers.ListField(child=CheckForm(), min_length=1, max_length=30)


class Mark(TypedDict):
    """What a reviewer thought of a label."""

    verdict: LabelCheck.Verdict
    reason: RejectReason | Literal[""]


class GridLabel(TypedDict):
    """A label to look at. `stays`: its image judges the detector, so it is corrected here and
    never sent back to people."""

    id: int
    image: shapes.Picture
    source: Label.Source
    round: int | None
    boxes: list[Box]
    suspicion: float | None
    reason: str
    check: Mark | None
    stays: bool


class GridLabels(TypedDict):
    """A page of labels, where the next one begins, and how many there are."""

    labels: list[GridLabel]
    after: str | None
    counts: grid.LabelCounts


class PersonChoice(TypedDict):
    """A person to filter by."""

    id: int
    name: str


class GridChoices(TypedDict):
    """What the filters offer."""

    rounds: list[int]
    people: list[PersonChoice]
    sources: list[Label.Source]


class CheckResults(TypedDict):
    """What became of each check."""

    results: list[grid.CheckResult]


def page_of(job: Job, wanted: grid.Wanted) -> GridLabels:
    """One page as the browser needs it."""
    rows = grid.page(job, wanted)
    sample = Label.objects.active().filter(image__job=job).select_related("image").order_by("-pk")
    norm = usual([(row.boxes, row.image.width, row.image.height) for row in sample[:SAMPLE]])
    last = rows[-1] if len(rows) == wanted.count else None
    return {
        "labels": [_label(row, norm) for row in rows],
        "after": f"{last.place!r}:{last.pk}" if last is not None else None,  # type: ignore[attr-defined]
        "counts": grid.counts(job, wanted),
    }


def _label(row: Label, norm: Usual) -> GridLabel:
    size = (row.image.width, row.image.height)
    check = getattr(row, "grid_check", None)
    return {
        "id": row.pk,
        "image": shapes.image(row.image),
        "source": Label.Source(row.source),
        "round": row.round.number if row.round else None,
        "boxes": row.boxes,
        "suspicion": None if row.confidence is None else round(1 - row.confidence, 4),
        "reason": main_reason(row.boxes, size, norm, row.detail),
        "check": _mark(check) if check else None,
        "stays": grid.stays(row.image),
    }


def _mark(check: LabelCheck) -> Mark:
    return {
        "verdict": LabelCheck.Verdict(check.verdict),
        "reason": RejectReason(check.reason) if check.reason else "",
    }


def choices_of(job: Job, roles: set[str]) -> GridChoices:
    """What the filters offer; names of people only for managers."""
    people = (
        Member.objects.filter(job=job, role=access.ANNOTATOR)
        .select_related("user")
        .order_by("user")
    )
    named = access.MANAGER in roles
    return {
        "rounds": list(job.rounds.values_list("number", flat=True)),
        "people": [
            {
                "id": member.user_id,
                "name": shapes.user(member.user)["name"] if named else f"Person {number}",
            }
            for number, member in enumerate(people, 1)
        ],
        "sources": [
            source
            for source in (Label.Source.AUTO, Label.Source.HUMAN, Label.Source.REVIEWER)
            if Label.objects.active().filter(image__job=job, source=source).exists()
        ],
    }


class Grid(APIView):
    """Labels to look at."""

    @extend_schema(parameters=[GridQuery])
    def get(self, request: Request, slug: str) -> Reply[GridLabels]:
        """A page of them."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        form = GridQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        return Reply(page_of(job, wanted(form)))


class Checks(APIView):
    """A page's verdicts."""

    @extend_schema(request=ChecksForm)
    def put(self, request: Request, slug: str) -> Reply[CheckResults]:
        """Store them; each is told apart, so that one refusal loses none of the others."""
        job = access.job_for(access.person(request), slug, *access.REVIEWING)
        checks = parsed(ChecksForm, request)["checks"]
        return Reply({"results": grid.store(job, access.person(request), checks)})


class Check(APIView):
    """One verdict of the grid."""

    def delete(self, request: Request, pk: int) -> Reply[Nothing]:
        """Take it back."""
        user = access.person(request)
        label = access.label_for(user, pk)
        grid.undo(label.image.job, user, label.pk)
        return Reply({})

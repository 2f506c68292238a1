"""Requests: what each may hold; unknown fields are refused."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labeling.assignments import claims
from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import ActionTimes, Outcome
from labeling.models import RejectReason, SkipReason
from labeling.transfers import annotations, detector_exports, releases
from labeling.transfers.core.export_formats import FORMATS
from labeling.transfers.export_options import SOURCES

LARGEST = 2**31 - 1  # of the database's whole numbers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses keys it does not know: a typing mistake must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Validated values."""
        if isinstance(data, dict):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({unknown[0]: "Unknown field."})
        return super().to_internal_value(data)


class TypedField:
    """A field of a request that the OpenAPI document describes by a type hint.

    What is in it is checked where it is used, which also says what is wrong with it.
    """

    hint: ClassVar[object]


class BoxesField(TypedField, serializers.ListField):
    """Boxes, checked by the one door for them (labeling.kernel.boxes.parse)."""

    hint = list[Box]
    child = serializers.DictField()


class OutcomesField(TypedField, serializers.ListField):
    """What became of each suggestion, in their order."""

    hint = list[Outcome]


class ActionTimesField(TypedField, serializers.DictField):
    """Active milliseconds by action."""

    hint = ActionTimes


class NonceForm(StrictSerializer):
    """A random number of 256 bits in hex, and the digest of the audit plan that it is given for."""

    plan = serializers.CharField(max_length=64)
    nonce = serializers.CharField(max_length=64)


class PageForm(StrictSerializer):
    """Which page asks: the one that asked last keeps the leases, and may give the work back."""

    page = serializers.CharField(max_length=36, allow_blank=True, default="")


class ClaimForm(PageForm):
    """How many assignments or audits the page wants to hold."""

    count = serializers.IntegerField(min_value=1, max_value=claims.STOCK, default=claims.PREFETCH)


class GiveBackForm(PageForm):
    """What a page that is left has in hand and has not begun."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST), max_length=100
    )


class ReleaseForm(StrictSerializer):
    """Whose held work goes to the others."""

    person = serializers.IntegerField(min_value=0, max_value=LARGEST)


class AnswerForm(PageForm):
    """A person's boxes for one assignment."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST)
    boxes = BoxesField()
    active_ms = serializers.IntegerField(min_value=0, default=0)
    outcomes = OutcomesField(allow_null=True, default=None)
    action_ms = ActionTimesField(allow_null=True, default=None)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)
    count = serializers.IntegerField(min_value=1, max_value=claims.STOCK, default=claims.PREFETCH)


class SkipForm(PageForm):
    """Why an image is declined."""

    reason = serializers.ChoiceField(SkipReason.choices)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)
    # none: the page is being left
    count = serializers.IntegerField(min_value=0, max_value=claims.STOCK, default=claims.PREFETCH)


class VerdictForm(PageForm):
    """A reviewer's decision on one auto-label."""

    verdict = serializers.ChoiceField(("approved", "corrected", "rejected", "unjudgeable"))
    boxes = BoxesField(allow_null=True, default=None)
    reason = serializers.ChoiceField(RejectReason.choices, allow_blank=True, default="")
    active_ms = serializers.IntegerField(min_value=0, default=0)
    hold = serializers.ListField(child=serializers.IntegerField(), default=list)


class DrawingForm(PageForm):
    """What the checker of a blind check drew."""

    boxes = BoxesField()


class BoxesForm(StrictSerializer):
    """Boxes alone."""

    boxes = BoxesField()


class ActionForm(StrictSerializer):
    """Something a manager does to a job."""

    action = serializers.ChoiceField(("start", "pause", "resume", "cancel", "retry"))


@extend_schema_field(OpenApiTypes.BINARY)
class UploadedFile(serializers.FileField):
    """Its bytes."""


class BoxUseForm(StrictSerializer):
    """What becomes of the boxes that come along with files."""

    boxes = serializers.ChoiceField(annotations.BOX_USES, required=False)


class UploadForm(BoxUseForm):
    """Files to import."""

    files = serializers.ListField(child=UploadedFile())


class UploadPartForm(StrictSerializer):
    """Files of one part of an upload."""

    files = serializers.ListField(child=UploadedFile())


class NewRelease(StrictSerializer):
    """What a release is asked for; `split`: percent of training, validation and test images."""

    note = serializers.CharField(max_length=releases.NOTE, required=False, allow_blank=True)
    split = serializers.ListField(child=serializers.IntegerField(), required=False)


class ExportForm(StrictSerializer):
    """Which file to write, and how it differs from the plain one: labeling.kernel.json_shapes."""

    format = serializers.ChoiceField((*FORMATS, detector_exports.FORMAT))
    images = serializers.BooleanField(required=False)
    split = serializers.ListField(child=serializers.IntegerField(), required=False)
    # taken out of the class by DRF, so it hides no attribute
    source = serializers.ChoiceField(SOURCES, required=False)  # type: ignore[assignment]
    round = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    classes = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST), required=False
    )
    unlabelled = serializers.BooleanField(required=False)

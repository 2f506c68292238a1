"""What people keep at the server for themselves: drafts, own keys and ways of drawing."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator_ui.api import access
from annotator_ui.api.shapes import LARGEST, StrictSerializer
from annotator_ui.api.work import parsed
from labeling.assignments import drafts
from labeling.jobs import preferences


class DraftForm(StrictSerializer):
    """Half-done work: `number` counts the saves of this assignment, `writer` names the page that
    saves, `known` is the highest number of other pages that it has seen.
    """

    version = serializers.IntegerField(min_value=0, max_value=LARGEST)
    number = serializers.IntegerField(min_value=1, max_value=LARGEST)
    known = serializers.IntegerField(min_value=0, max_value=LARGEST)
    writer = serializers.CharField(max_length=36)
    content = serializers.DictField()


class PreferencesForm(StrictSerializer):
    """Own keys, own settings of the page, or both."""

    keys = serializers.DictField(required=False)
    page = serializers.DictField(required=False)


class Draft(APIView):
    """A draft of one assignment."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """The one that is stored, or null."""
        assignment = access.assignment_for(access.person(request), pk)
        return Response({"draft": drafts.newest_drafts([assignment]).get(assignment.pk)})

    @extend_schema(request=DraftForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, pk: int) -> Response:
        """Keep it, unless a newer one is stored."""
        form = parsed(DraftForm, request)
        drafts.save(access.assignment_for(access.person(request), pk, access.ANNOTATOR), **form)
        return Response({"number": form["number"]})


class Preferences(APIView):
    """The person's own keys and ways of drawing."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """As they are."""
        return Response(preferences.user_preferences(access.person(request)))

    @extend_schema(request=PreferencesForm, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request) -> Response:
        """Replace keys, settings or both."""
        return Response(
            preferences.save(access.person(request), **parsed(PreferencesForm, request))
        )

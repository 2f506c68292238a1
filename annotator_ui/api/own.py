"""What people keep at the server for themselves: drafts, own keys and ways of drawing."""

from typing import TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access
from annotator_ui.api.forms import LARGEST, StrictSerializer, TypedField
from annotator_ui.api.replies import Reply
from annotator_ui.api.work import parsed
from labeling.assignments import drafts
from labeling.jobs import preferences
from labeling.kernel.json_shapes import DraftContent, PageSettings


class DraftField(TypedField, serializers.DictField):
    """Boxes and times of half-done work, checked by labeling.assignments.drafts.parse."""

    hint = DraftContent


class KeysField(TypedField, serializers.DictField):
    """Keys by action, checked by labeling.jobs.core.key_preferences."""

    hint = dict[str, list[str]]


class PageSettingsField(TypedField, serializers.DictField):
    """Settings of the page, checked there, too."""

    hint = PageSettings


class StoredDraft(TypedDict):
    """The draft that is stored."""

    draft: drafts.ServerDraft | None


class SavedDraft(TypedDict):
    """The number of the save."""

    number: int


class DraftForm(StrictSerializer):
    """Half-done work: `number` counts the saves of this assignment, `writer` names the page that
    saves, `known` is the highest number of other pages that it has seen.
    """

    version = serializers.IntegerField(min_value=0, max_value=LARGEST)
    number = serializers.IntegerField(min_value=1, max_value=LARGEST)
    known = serializers.IntegerField(min_value=0, max_value=LARGEST)
    writer = serializers.CharField(max_length=36)
    content = DraftField()


class PreferencesForm(StrictSerializer):
    """Own keys, own settings of the page, or both."""

    keys = KeysField(required=False)
    page = PageSettingsField(required=False)


class Draft(APIView):
    """A draft of one assignment."""

    def get(self, request: Request, pk: int) -> Reply[StoredDraft]:
        """The one that is stored, or null."""
        assignment = access.assignment_for(access.person(request), pk)
        return Reply({"draft": drafts.newest_drafts([assignment]).get(assignment.pk)})

    @extend_schema(request=DraftForm)
    def put(self, request: Request, pk: int) -> Reply[SavedDraft]:
        """Keep it, unless a newer one is stored."""
        form = parsed(DraftForm, request)
        drafts.save(access.assignment_for(access.person(request), pk, access.ANNOTATOR), **form)
        return Reply({"number": form["number"]})


class Preferences(APIView):
    """The person's own keys and ways of drawing."""

    def get(self, request: Request) -> Reply[preferences.OwnPreferences]:
        """As they are."""
        return Reply(preferences.user_preferences(access.person(request)))

    @extend_schema(request=PreferencesForm)
    def put(self, request: Request) -> Reply[preferences.OwnPreferences]:
        """Replace keys, settings or both."""
        return Reply(preferences.save(access.person(request), **parsed(PreferencesForm, request)))

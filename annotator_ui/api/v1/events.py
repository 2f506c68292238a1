"""The history of a job for programs: ask again with `after` to hear what is new."""

from typing import TypedDict

from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.models import Event
from labeling.reports import wording


class EventsQuery(ListQuery):
    """Which events."""

    kind = serializers.CharField(max_length=40, required=False)


class OneEvent(TypedDict):
    """Something that happened, by whom, and in words."""

    id: int
    at: str
    kind: str
    actor: str | None
    text: str


def shape(row: Event) -> OneEvent:
    """An event without its data, which may hold boxes."""
    return {
        "id": row.pk,
        "at": row.at.isoformat(),
        "kind": row.kind,
        "actor": row.actor.get_username() if row.actor else None,
        "text": wording.event_text(row),
    }


class Events(V1View):
    """What happened to a job."""

    @operation("list_events", asks=EventsQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneEvent]]:
        """For its managers, oldest first; single verdicts are no events here."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        asked = query(EventsQuery, request)
        rows = Event.objects.filter(job=job).exclude(kind="audit_decided").select_related("actor")
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        return listed(rows, asked, lambda found: map(shape, found))

"""Checks of auto-labels for programs: of a running proof only that they are there."""

from typing import TypedDict

from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.models import Audit, RejectReason


class AuditsQuery(ListQuery):
    """Which checks."""

    kind = serializers.ChoiceField(Audit.Kind.choices, required=False)
    round = serializers.IntegerField(min_value=1, max_value=forms.LARGEST, required=False)


class OneAudit(TypedDict):
    """A check; what would tell how a running proof stands, or what a label is, is null until the
    proof is over. `reviewer`: the user name, told to managers."""

    id: int
    image: int
    round: int
    kind: Audit.Kind
    blind: bool
    verdict: Audit.Verdict | None
    reason: RejectReason | None
    value: float | None
    confidence: float | None
    reviewer: str | None
    decided_at: str | None


def shape(row: Audit, shown: bool, named: bool) -> OneAudit:
    """A check; its result only if it may be shown."""
    decided = shown and bool(row.verdict)
    return {
        "id": row.pk,
        "image": row.image_id,
        "round": row.round.number,
        "kind": Audit.Kind(row.kind),
        "blind": row.drawn_blind,
        "verdict": Audit.Verdict(row.verdict) if decided else None,
        "reason": RejectReason(row.reason) if decided and row.reason else None,
        "value": row.value if decided else None,
        "confidence": row.confidence if decided else None,
        "reviewer": row.reviewer.get_username() if decided and named and row.reviewer else None,
        "decided_at": row.decided_at.isoformat() if decided and row.decided_at else None,
    }


class Audits(V1View):
    """The checks of a job."""

    @operation("list_audits", asks=AuditsQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneAudit]]:
        """For its reviewers and managers."""
        user = access.person(request)
        job = access.job_for(user, slug, *access.REVIEWING)
        asked = query(AuditsQuery, request)
        named = access.MANAGER in access.roles(job, user)
        rows = Audit.objects.filter(round__job=job).select_related("round", "reviewer")
        paths = {"kind": "kind", "round": "round__number"}
        rows = rows.filter(**{path: asked[name] for name, path in paths.items() if name in asked})

        def shapes(found: list[Audit]) -> list[OneAudit]:
            hidden = Audit.objects.running().filter(pk__in=[row.pk for row in found])
            open_ = set(hidden.values_list("pk", flat=True))
            return [shape(row, row.pk not in open_, named) for row in found]

        return listed(rows, asked, shapes)

"""Certificates for programs: list, and the document that anyone can recompute."""

from typing import TypedDict

from django.http import HttpResponseBase
from rest_framework.request import Request

from annotator_ui.api import access, media
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, operation, query
from labeling.kernel.certificate_shapes import Outcome
from labeling.models import Certificate


class OneCertificate(TypedDict):
    """What a closing round ended with; the document has all the rest."""

    id: int
    round: int
    attempt: int
    outcome: Outcome
    digest: str
    certified_images: int
    audited: int
    observed_mean: float | None
    created_at: str


def shape(row: Certificate) -> OneCertificate:
    """A certificate's result."""
    result = row.document["result"]
    return {
        "id": row.pk,
        "round": row.round.number,
        "attempt": row.attempt,
        "outcome": result["outcome"],
        "digest": row.digest,
        "certified_images": result["certified_images"],
        "audited": result["audited"],
        "observed_mean": result["observed_mean"],
        "created_at": row.created_at.isoformat(),
    }


class Certificates(V1View):
    """The certificates of a job."""

    @operation("list_certificates", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneCertificate]]:
        """For its members."""
        job = access.job_for(access.person(request), slug)
        rows = Certificate.objects.filter(round__job=job).select_related("round")
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))


class Document(V1View):
    """The document of a certificate."""

    @operation("download_certificate")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file that verify_certificate reads."""
        return media.certificate_file(request._request, pk)

"""Releases for programs: list, make, read, download."""

from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request

from annotator_ui.api import access, forms, media, release_shapes, transfer_shapes
from annotator_ui.api.replies import Created, Reply
from annotator_ui.api.v1 import transfers
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, once, operation, query
from annotator_ui.api.work import parsed
from labeling import models
from labeling.transfers import releases


def shape(row: models.Release) -> release_shapes.OneRelease:
    """A release, with the address for programs."""
    return {**release_shapes.release(row), "url": reverse("v1-release-file", args=[row.pk])}


class Releases(V1View):
    """The releases of a job."""

    @operation("list_releases", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[release_shapes.OneRelease]]:
        """For its managers, the first one first."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        rows = models.Release.objects.filter(job=job).select_related("made_by")
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))

    @operation("make_release", takes=forms.NewRelease)
    @once
    def post(self, request: Request, slug: str) -> Created[transfer_shapes.Transfer]:
        """Make the next one of the labels as they stand when it runs; `transfers/ID` has its
        progress."""
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(forms.NewRelease, request)
        return Created(transfers.shape(releases.start_release(job, user, **given)))


class ReadRelease(V1View):
    """One release."""

    @operation("read_release")
    def get(self, request: Request, pk: int) -> Reply[release_shapes.OneRelease]:
        """Its counts, and how it differs from the one before."""
        return Reply(shape(access.release_for(access.person(request), pk)))


class ReleaseFile(V1View):
    """The file of a release."""

    @operation("download_release")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The zip that verify_release reads."""
        return media.release_file(request._request, pk)

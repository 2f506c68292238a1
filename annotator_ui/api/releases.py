"""Releases of a job, for its pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms, release_shapes, transfer_shapes
from annotator_ui.api.replies import Reply
from annotator_ui.api.work import parsed
from labeling.transfers import releases


class Releases(APIView):
    """Numbered snapshots of the data set."""

    def get(self, request: Request, slug: str) -> Reply[list[release_shapes.OneRelease]]:
        """The latest first."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        return Reply(release_shapes.latest(job))

    @extend_schema(request=forms.NewRelease)
    def post(self, request: Request, slug: str) -> Reply[transfer_shapes.Transfer]:
        """Queue the next one."""
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(forms.NewRelease, request)
        return Reply(transfer_shapes.transfer(releases.start_release(job, user, **given)))

"""Jobs' API: snapshot, actions, exports, uploads; and corrections of labels."""

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms, job_shapes, shapes, transfer_shapes
from annotator_ui.api.replies import Nothing, Reply
from annotator_ui.api.work import parsed
from labeling.assignments import answer_content, held
from labeling.consolidation import disagreements, labels
from labeling.kernel.boxes import without_scores
from labeling.reports import snapshot
from labeling.rounds import lifecycle
from labeling.transfers import annotations, transfers, uploads


class Snapshot(APIView):
    """A job's present state."""

    def get(self, request: Request, slug: str) -> Reply[snapshot.Snapshot]:
        """What the live page shows."""
        user = access.person(request)
        job = access.job_for(user, slug)
        return Reply(job_shapes.state(job, user, manager=access.MANAGER in access.roles(job, user)))


class Actions(APIView):
    """Start, pause, resume, cancel, retry."""

    @extend_schema(request=forms.ActionForm)
    def post(self, request: Request, slug: str) -> Reply[snapshot.Snapshot]:
        """Do it and answer with the new state."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        action = parsed(forms.ActionForm, request)["action"]
        # the form lets these five names through only
        getattr(lifecycle, action)(job, access.person(request))
        return Reply(snapshot.of_job(job))


class Release(APIView):
    """Work that somebody holds."""

    @extend_schema(request=forms.ReleaseForm)
    def post(self, request: Request, slug: str) -> Reply[snapshot.Snapshot]:
        """Give it to the others, and answer with the new state."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        holder = User.objects.filter(pk=parsed(forms.ReleaseForm, request)["person"]).first()
        if holder is not None:  # else nobody holds anything: what was asked for is so already
            held.release(job, holder, access.person(request))
        return Reply(snapshot.of_job(job))


class Exports(APIView):
    """Files made of the labels."""

    @extend_schema(request=forms.ExportForm)
    def post(self, request: Request, slug: str) -> Reply[transfer_shapes.Transfer]:
        """Queue an export."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        form = parsed(forms.ExportForm, request)
        return Reply(
            transfer_shapes.transfer(transfers.start_export(job, access.person(request), **form))
        )


class Transfers(APIView):
    """Imports and exports of a job."""

    def get(self, request: Request, slug: str) -> Reply[list[transfer_shapes.Transfer]]:
        """The latest first."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        return Reply(transfer_shapes.latest(job, 50))


class Uploads(APIView):
    """Pictures and archives from the browser."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": forms.UploadForm})
    def post(self, request: Request, slug: str) -> Reply[transfer_shapes.Transfer]:
        """Keep the files and queue their import."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        row = uploads.receive(
            job,
            access.person(request),
            request.FILES.getlist("files"),
            boxes=request.POST.get("boxes") or annotations.BOX_USES[0],
        )
        return Reply(transfer_shapes.transfer(row))


class UploadPart(APIView):
    """One part of an upload that takes several requests."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": forms.UploadPartForm})
    def put(self, request: Request, slug: str, upload: str, part: int) -> Reply[Nothing]:
        """Keep its files; the same part again replaces it."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        uploads.keep_part(job, upload, part, request.FILES.getlist("files"))
        return Reply({})


class UploadEnd(APIView):
    """The end of an upload that took several requests."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="jobs_uploads_end", request={"multipart/form-data": forms.BoxUseForm}
    )
    def post(self, request: Request, slug: str, upload: str) -> Reply[transfer_shapes.Transfer]:
        """Queue the import of all its parts; once, however often it is asked for."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        boxes = request.POST.get("boxes") or annotations.BOX_USES[0]
        return Reply(
            transfer_shapes.transfer(
                uploads.finish(job, access.person(request), upload, boxes=boxes)
            )
        )


class ImageLabel(APIView):
    """A reviewer's or manager's correction."""

    @extend_schema(request=forms.BoxesForm)
    def put(self, request: Request, pk: int) -> Reply[shapes.StoredLabel]:
        """Replace whatever the image has."""
        user = access.person(request)
        image = access.image_for(user, pk, *access.REVIEWING)
        form = parsed(forms.BoxesForm, request)
        disagreements.check_correctable(image, access.MANAGER in access.roles(image.job, user))
        boxes = without_scores(answer_content.parse_boxes(image, form["boxes"]))
        label = labels.correct(image, boxes, user)
        return Reply({"id": label.pk, "boxes": label.boxes})

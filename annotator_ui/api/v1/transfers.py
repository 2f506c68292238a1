"""Imports and exports for programs: send files, order, watch, download."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from annotator_ui.api import access, forms, media, transfer_shapes
from annotator_ui.api.replies import Created, Nothing, Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, once, operation, query
from annotator_ui.api.work import parsed
from labeling.kernel.errors import Invalid
from labeling.models import Transfer
from labeling.transfers import annotations, sources, transfers, uploads

Kind = Transfer.Kind


class ImportForm(forms.StrictSerializer):
    """What to import: an upload whose parts were sent, or a folder on the server."""

    upload = serializers.RegexField(r"^[0-9a-f]{32}$", required=False)
    folder = serializers.CharField(
        max_length=500, required=False, help_text="Below the server's import folder."
    )
    boxes = serializers.ChoiceField(annotations.BOX_USES, default=annotations.BOX_USES[0])


def shape(row: Transfer) -> transfer_shapes.Transfer:
    """An import or export, with the addresses for programs."""
    told = transfer_shapes.transfer(row)
    at = [row.pk]
    return {
        **told,
        "url": told["url"] and reverse("v1-export-file", args=at),
        "report_url": told["report_url"] and reverse("v1-import-report", args=at),
    }


def _found(request: Request, pk: int, kind: str) -> Transfer:
    row = access.transfer_for(access.person(request), pk)
    if row.kind != kind:
        raise Http404
    return row


def _list(request: Request, slug: str, kind: str) -> Reply[Listed[transfer_shapes.Transfer]]:
    job = access.job_for(access.person(request), slug, access.MANAGER)
    rows: QuerySet[Transfer] = Transfer.objects.filter(job=job, kind=kind)
    return listed(rows, query(ListQuery, request), lambda found: map(shape, found))


class UploadPart(V1View):
    """One part of an upload."""

    parser_classes = (MultiPartParser,)

    @operation("send_part", takes={"multipart/form-data": forms.UploadPartForm})
    def put(self, request: Request, slug: str, upload: str, part: int) -> Reply[Nothing]:
        """Keep these pictures and annotation files; the same part again replaces it.

        `upload` is 32 hexadecimal digits of your choice. Import it when all parts are there.
        """
        job = access.job_for(access.person(request), slug, access.MANAGER)
        uploads.keep_part(job, upload, part, request.FILES.getlist("files"))
        return Reply({})


class Uploads(V1View):
    """Files that come in one request."""

    parser_classes = (MultiPartParser,)

    @operation("upload", takes={"multipart/form-data": forms.UploadForm})
    def post(self, request: Request, slug: str) -> Created[transfer_shapes.Transfer]:
        """Keep a zip archive, or several files, and import them at once.

        It takes no Idempotency-Key: sent again, everything in it is there already.
        """
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        use = forms.BoxUseForm(data={k: v for k, v in request.POST.items() if k == "boxes"})
        use.is_valid(raise_exception=True)
        boxes = use.validated_data.get("boxes", annotations.BOX_USES[0])
        row = uploads.receive(job, user, request.FILES.getlist("files"), boxes=boxes)
        return Created(shape(row))


class Imports(V1View):
    """The imports of a job."""

    @operation("list_imports", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[transfer_shapes.Transfer]]:
        """For its managers."""
        return _list(request, slug, Kind.IMPORT)

    @operation("start_import", takes=ImportForm)
    @once
    def post(self, request: Request, slug: str) -> Created[transfer_shapes.Transfer]:
        """Import an upload, or a folder on the server (for project admins)."""
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(ImportForm, request)
        if ("upload" in given) == ("folder" in given):
            raise Invalid("Name either an upload or a folder.", where="upload")
        if "upload" in given:
            row = uploads.finish(job, user, given["upload"], boxes=given["boxes"])
        else:
            access.project_admin(request)
            sources.server_folder(given["folder"])
            row = transfers.start_import(job, user, "folder", given["folder"], boxes=given["boxes"])
        return Created(shape(row))


class OneImport(V1View):
    """One import."""

    @operation("read_import")
    def get(self, request: Request, pk: int) -> Reply[transfer_shapes.Transfer]:
        """Its progress and report."""
        return Reply(shape(_found(request, pk, Kind.IMPORT)))


class ImportReport(V1View):
    """The report of an import."""

    @operation("download_report")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """A CSV file with a line for every file."""
        return media.transfer_report(request._request, _found(request, pk, Kind.IMPORT).pk)


class Exports(V1View):
    """The exports of a job."""

    @operation("list_exports", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[transfer_shapes.Transfer]]:
        """For its managers."""
        return _list(request, slug, Kind.EXPORT)

    @operation("start_export", takes=forms.ExportForm)
    @once
    def post(self, request: Request, slug: str) -> Created[transfer_shapes.Transfer]:
        """Write the labels as they stand when it runs, or a detector; one of a kind at a time."""
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(forms.ExportForm, request)
        return Created(shape(transfers.start_export(job, user, **given)))


class OneExport(V1View):
    """One export."""

    @operation("read_export")
    def get(self, request: Request, pk: int) -> Reply[transfer_shapes.Transfer]:
        """Its progress."""
        return Reply(shape(_found(request, pk, Kind.EXPORT)))


class OneTransfer(V1View):
    """An import, an export, or a release that is being made."""

    @operation("read_transfer")
    def get(self, request: Request, pk: int) -> Reply[transfer_shapes.Transfer]:
        """Its progress; `release` is the number of a finished release."""
        return Reply(shape(access.transfer_for(access.person(request), pk)))


class ExportFile(V1View):
    """The file of an export."""

    @operation("download_export")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Once it is finished."""
        return media.transfer_file(request._request, _found(request, pk, Kind.EXPORT).pk)

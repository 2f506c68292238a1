"""Pictures and finished files: permission first, then bytes with ETag and range."""

import io
import json
import re
from pathlib import Path

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from annotator_ui.api import access
from labeling.certification import certificates
from labeling.kernel.stored_files import media_path
from labeling.transfers import import_reports

TYPES = {"jpg": "image/jpeg", "png": "image/png"}
SMALL = 1 << 18  # bytes of a picture that are kept in memory until the client has them
RANGE = re.compile(r"^bytes=(\d{1,18})-(\d{0,18})$")


@require_safe
def image_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The normalised full-size picture."""
    image = access.picture_for(access.person(request), pk)
    return _picture(request, media_path(image.file), TYPES[image.file_kind], image.digest)


@require_safe
def image_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The small picture for grids."""
    image = access.picture_for(access.person(request), pk)
    return _picture(request, media_path(image.preview), TYPES["jpg"], f"{image.digest}-s")


@require_safe
def instruction_picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture of a job's instructions."""
    row = access.instruction_picture_for(access.person(request), pk)
    path = media_path(row.file)
    return _picture(request, path, _kind_of(path), row.digest)


def _kind_of(path: Path) -> str:
    """Of one of our own files, which are JPEG or PNG and carry no suffix."""
    if not path.is_file():
        raise Http404("This file is gone.")
    with path.open("rb") as file:
        return TYPES["jpg"] if file.read(2) == b"\xff\xd8" else TYPES["png"]


def _picture(request: HttpRequest, path: Path, kind: str, tag: str) -> HttpResponseBase:
    etag = f'"{tag}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponseBase = HttpResponse(status=304, headers={"ETag": etag})
    else:
        response = _bytes(request, path, kind, etag)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _bytes(request: HttpRequest, path: Path, kind: str, etag: str) -> HttpResponseBase:
    """The file, or the rest of it where a client goes on with what it has."""
    if not path.is_file():
        raise Http404("This file is gone.")
    size = path.stat().st_size
    wanted = RANGE.match(request.headers.get("Range", ""))
    if not wanted or request.headers.get("If-Range", etag) != etag:
        response = _stretch(path, 0, size, kind)
    elif (first := int(wanted[1])) > (last := min(int(wanted[2] or size - 1), size - 1)):
        headers = {"Content-Range": f"bytes */{size}"}
        response = HttpResponse(status=416, headers=headers)
    else:
        response = _stretch(path, first, last - first + 1, kind)
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["ETag"] = etag
    return response


def _stretch(path: Path, first: int, size: int, kind: str) -> HttpResponseBase:
    """Part of a file: as an open file unless it is small, for clients may take minutes to read."""
    file = Part(path, first, size)
    if size <= SMALL:
        with file:
            response: HttpResponseBase = HttpResponse(file.read(), content_type=kind)
    else:
        response = FileResponse(file, content_type=kind)
    response["Content-Length"] = str(size)
    response["Accept-Ranges"] = "bytes"
    return response


class Part(io.FileIO):
    """A stretch of a file, to be read once."""

    def __init__(self, path: Path, first: int, size: int) -> None:
        super().__init__(path)
        self.seek(first)
        self.left = size

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes of the stretch."""
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        found = super().read(wanted) or b""
        self.left -= len(found)
        return found


@require_safe
def transfer_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A finished export."""
    row = access.transfer_for(access.person(request), pk)
    if not row.file or not row.finished_at:
        return JsonResponse(
            {"code": "conflict", "message": "The export is not finished.", "where": None},
            status=409,
        )
    return _download(request, media_path(row.file), f"export-{row.pk}")


@require_safe
def release_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A release, which verify_release reads."""
    row = access.release_for(access.person(request), pk)
    return _download(request, media_path(row.file), row.digest)


@require_safe
def transfer_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What an import did, file by file."""
    row = access.transfer_for(access.person(request), pk)
    path = import_reports.path_of(row)
    if not path.is_file():
        return JsonResponse(
            {"code": "conflict", "message": "There is no report yet.", "where": None}, status=409
        )
    written = row.report.get("written", 0)  # it grows while the import is at it
    return _download(request, path, f"report-{row.pk}-{written}")


def _download(request: HttpRequest, path: Path, tag: str) -> HttpResponseBase:
    """The file to keep; `tag` changes with its content, so that a broken download can go on."""
    response = _bytes(request, path, "application/octet-stream", f'"{tag}"')
    response["Content-Disposition"] = content_disposition_header(True, path.name) or ""
    return response


@require_safe
def certificate_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A certificate as a file that anyone can recompute."""
    row = access.certificate_for(access.person(request), pk)
    name = f"{row.round.job.slug}-round-{row.round.number}.certificate.json"
    return JsonResponse(
        row.document, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
def certificate_labels(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The labels that were put to the proof, a line of JSON each: verify_certificate --labels.

    For managers only: some of these images go to people, who must not know what is expected.
    """
    row = access.certificate_for(access.person(request), pk, role=access.MANAGER)
    name = f"{row.round.job.slug}-round-{row.round.number}.labels.jsonl"
    lines = [json.dumps(label) + "\n" for label in certificates.candidate_labels(row)]
    return HttpResponse(
        "".join(lines),
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

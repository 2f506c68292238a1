"""The page and the form that bring images into a job."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from labeling.admin.scoping import signed_in
from labeling.kernel.errors import LabelingError
from labeling.kernel.file_kinds import ANNOTATIONS, PICTURES
from labeling.models import Job
from labeling.transfers import transfers, uploads
from labeling.transfers.annotations import BOX_USES

LISTED = 200
TAKEN = (
    "JPEG, PNG or WebP images, zip archives of them, and annotations as COCO, YOLO, Pascal VOC, "
    "CVAT for images 1.1, Label Studio JSON, CSV or Ground Truth manifests."
)
ENDINGS = ",".join([*sorted(PICTURES), ".zip", *ANNOTATIONS])


class ManyFiles(forms.ClearableFileInput):
    """Several files in one field, to which a script adds a place to drop files and folders."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"data-drop": "", "accept": ENDINGS})


class ManyFilesField(forms.FileField):
    """Validates that something was chosen; the view reads the list."""

    widget = ManyFiles

    def clean(self, data: object, initial: object = None) -> object:
        """The first file stands for all."""
        first = data[0] if isinstance(data, list) and data else data
        return super().clean(first, initial)


def server_folders() -> list[tuple[str, str]]:
    """Folders below the import root, two levels deep."""
    root = Path(settings.IMPORT_ROOT)
    if not root.is_dir():
        return []
    found = [p for p in (*root.glob("*"), *root.glob("*/*")) if p.is_dir()]
    names = sorted(p.relative_to(root).as_posix() for p in found)[:LISTED]
    return [(name, name) for name in names]


class ImportForm(forms.Form):
    """Files from this computer, or a folder on the server."""

    files = ManyFilesField(  # type: ignore[assignment]
        required=False,
        label="From this computer",
        help_text=TAKEN,
    )
    folder = forms.ChoiceField(required=False, label="Folder on the server")
    boxes = forms.ChoiceField(
        choices=[
            ("suggestions", "use as suggestions (pre-labels)"),
            ("labels", "use as final labels"),
            ("ignore", "ignore"),
        ],
        initial=BOX_USES[0],
        label="Imported annotations",
        help_text="Annotation files are detected by their content, and may refer to images that "
        "are in the job already. If one box of an image is invalid, the others become suggestions "
        "instead of a final label.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["folder"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "none"), *server_folders()]
        field.help_text = f"Folders below {settings.IMPORT_ROOT}."

    def clean(self) -> dict[str, object]:
        """One source, not two."""
        data: dict[str, object] = super().clean() or {}
        if not data.get("files") and not data.get("folder"):
            raise forms.ValidationError("Choose files, or a folder on the server.")
        if data.get("files") and data.get("folder"):
            raise forms.ValidationError("Choose files or a folder, not both.")
        return data


def bring_in(site: admin.AdminSite, request: HttpRequest, job: Job) -> HttpResponse:
    """Upload pictures or name a folder; below, every import with progress and report."""
    by = signed_in(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["folder"]:
                transfers.start_import(job, by, "folder", data["folder"], boxes=data["boxes"])
            else:
                uploads.receive(job, by, request.FILES.getlist("files"), boxes=data["boxes"])
        except LabelingError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The import runs in the background; see below.")
            return HttpResponseRedirect(request.path)
    context = {
        **site.each_context(request),
        "title": f"Images of {job}",
        "job": job,
        "form": form,
        "opts": Job._meta,
        "transfers": job.transfers.filter(kind="import")[:20],
        "data": {
            "url": reverse("transfers", args=[job.slug]),
            "uploads": reverse("uploads", args=[job.slug]),
        },
    }
    return TemplateResponse(request, "admin/labeling/job/import.html", context)

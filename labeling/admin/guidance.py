"""The page where managers bring pictures into a job's instructions."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from labeling.admin.scoping import signed_in, whole
from labeling.jobs import guidelines
from labeling.kernel.errors import LabelingError
from labeling.models import InstructionPicture, Job


class PictureForm(forms.Form):
    """One picture and the name that the instructions call it by."""

    picture = forms.FileField(help_text="JPEG, PNG or WebP.")
    name = forms.CharField(
        required=False,
        max_length=60,
        help_text="Letters, digits, hyphens. Empty: that of the file. A name that is taken "
        "replaces its picture.",
    )


def pictures(site: admin.AdminSite, request: HttpRequest, job: Job) -> HttpResponse:
    """Upload, list with the words to paste, remove."""
    by = signed_in(request)
    if request.method == "POST" and "remove" in request.POST:
        row = get_object_or_404(InstructionPicture, pk=whole(request.POST["remove"]), job=job)
        guidelines.remove_picture(row, by)
        messages.success(request, f"{row.name} removed. Guidelines that name it show the words.")
        return HttpResponseRedirect(request.path)
    adding = request.method == "POST"
    form = PictureForm(request.POST if adding else None, request.FILES if adding else None)
    if adding and form.is_valid():
        data = form.cleaned_data
        try:
            row = guidelines.add_picture(job, by, data["picture"], data["name"])
        except LabelingError as error:
            form.add_error(error.where if error.where in form.fields else None, error.message)
        else:
            messages.success(request, f"Paste ![words](picture:{row.name}) into the guidelines.")
            return HttpResponseRedirect(request.path)
    context = {
        **site.each_context(request),
        "title": f"Guideline images of {job}",
        "job": job,
        "form": form,
        "opts": Job._meta,
        "pictures": [
            {"row": row, "url": reverse("instruction-picture", args=[row.pk])}
            for row in InstructionPicture.objects.filter(job=job)
        ],
    }
    return TemplateResponse(request, "admin/labeling/job/pictures.html", context)

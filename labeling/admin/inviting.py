"""The invitation link on a job's page in the admin, and the page that sends it by mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from labeling.admin.scoping import signed_in
from labeling.jobs import join_links
from labeling.kernel.errors import Invalid
from labeling.models import Job


class MailForm(forms.Form):
    """Whom to send the link to."""

    address = forms.EmailField(label="Mail address", max_length=254)


def of_job(request: HttpRequest, job: Job) -> dict[str, Any]:
    """The link that works now, if there is one, and whether mail can be sent."""
    link = join_links.current(job)
    url = request.build_absolute_uri(join_links.path_of(link)) if link else ""
    return {"join_link": link, "join_url": url, "mail": bool(settings.EMAIL_HOST)}


def mail(site: admin.AdminSite, request: HttpRequest, job: Job) -> HttpResponse:
    """Send the link to one address."""
    shown = of_job(request, job)
    if not shown["mail"] or not shown["join_link"]:
        raise Http404
    form = MailForm(request.POST or None)
    back = f"{reverse('admin:labeling_job_change', args=[job.pk])}#join-link"
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            join_links.mail(shown["join_link"], signed_in(request), address, shown["join_url"])
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The link is on its way to {address}.")
            return HttpResponseRedirect(back)
    context = {
        **site.each_context(request),
        "title": "Send the invitation link by mail",
        "job": job,
        "form": form,
        "back": back,
        "opts": Job._meta,
    }
    return TemplateResponse(request, "admin/labeling/job/mail.html", context)

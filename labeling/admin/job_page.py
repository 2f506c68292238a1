"""What the job's page in the admin shows around its form: where the job stands, what is wrong."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from labeling.admin import job_actions
from labeling.jobs import presets, setup
from labeling.models import Job
from labeling.reports import figures

THUMBNAILS = 48


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's script asks, which sends the images after the form."""
    return request.headers.get("Accept") == "application/json"


def problems(context: dict[str, Any]) -> list[dict[str, str]]:
    """Every error of form and inlines: the field's id (or empty), its name, the sentence."""
    return list(_problems(context)) if context.get("errors") else []


def _problems(context: dict[str, Any]) -> Iterator[dict[str, str]]:
    form = context["adminform"].form
    for field in form:
        if field.errors:
            yield _problem(field.id_for_label, str(field.label).capitalize(), field.errors)
    for error in form.non_field_errors():
        yield _problem("", "", [error])
    for inline in context["inline_admin_formsets"]:
        formset, meta = inline.formset, inline.opts
        for error in formset.non_form_errors():
            name = str(meta.verbose_name_plural).capitalize()
            yield _problem(f"{formset.prefix}-group", name, [error])
        for number, row in enumerate(formset, 1):
            for field in row:
                if field.errors:
                    name = f"{str(meta.verbose_name).capitalize()} {number}, {field.label.lower()}"
                    yield _problem(field.id_for_label, name, field.errors)


def _problem(field: str, name: str, errors: Sequence[object]) -> dict[str, str]:
    return {"field": field, "name": name, "text": str(errors[0])}


def standing(job: Job) -> dict[str, Any]:
    """State, counts, what is missing before the start, the actions open now, the first images."""
    images = job.images.present()
    count = images.count()
    draft = job.state == Job.State.DRAFT
    return {
        "job": job,
        # a form that was refused has left its own values in the row
        "slug": Job.objects.values_list("slug", flat=True).get(pk=job.pk),
        "checklist": setup.checklist(job) if draft else [],
        "ready": draft and not setup.start_problems(job),
        "fitted": presets.said_of(job, count) if draft else "",
        "warning": setup.size_warning(job),
        "job_actions": job_actions.open_now(job),
        "counts": figures.counts(job),
        "thumbnails": [
            {"pk": pk, "name": name, "url": reverse("image-preview", args=[pk])}
            for pk, name in images.order_by("pk").values_list("pk", "name")[:THUMBNAILS]
        ],
        "images": count,
        "sizes": {name: getattr(job, name) for name in presets.SIZES},
    }

"""The report page: a job's certificate and figures for people who did not watch it being made."""

from typing import TypedDict

from django.http import HttpRequest
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, job_shapes, release_shapes, shapes, transfer_shapes
from annotator_ui.page import JobPage, Page, allowed
from labeling.assignments import blind_controls, timing
from labeling.assignments.core.box_seconds import Kind
from labeling.assignments.core.ways import Comparison
from labeling.kernel.boxes import Box
from labeling.models import Certificate, Job, Label
from labeling.reports import findings, job_report, snapshot


class ConfidentImage(TypedDict):
    """An image that its labellers were sure of."""

    image: shapes.Picture
    boxes: list[Box]
    confidence: float


class MostConfident(TypedDict):
    """The surest images of people and of the machine."""

    people: list[ConfidentImage]
    auto: list[ConfidentImage]


class WorstImage(TypedDict):
    """A checked image whose boxes were changed."""

    image: shapes.Picture
    value: float
    label: list[Box]
    checker: list[Box]
    found: list[findings.Difference]


class Checked(findings.Findings):
    """What random checks found, and the worst of it."""

    worst: list[WorstImage]


class ControlRow(TypedDict):
    """How a class fares corrected and blind; `falls_back`: people no longer see its boxes."""

    class_id: int
    images: int
    corrected: float
    blank: float | None
    lower: float | None
    falls_back: bool


class ProofFiles(TypedDict):
    """What anyone needs to check the certificate; `labels_url`: for managers."""

    public_key: str
    labels_url: str | None


class Report(job_report.JobReport):
    """The report with its pictures."""

    files: ProofFiles | None

    checked: Checked | None
    confident: MostConfident
    timing: dict[Kind, timing.BoxSeconds]
    controls: list[ControlRow]
    honeypot: list[blind_controls.HoneypotRow]


class ReportPage(JobPage):
    """A job's report."""

    classes: list[job_shapes.LabelClass]
    snapshot: snapshot.Snapshot
    report: Report
    can_manage: bool
    transfers: list[transfer_shapes.Transfer]
    releases: list[release_shapes.OneRelease]
    export_choices: transfer_shapes.ExportChoices


@require_safe
@ensure_csrf_cookie
def report(request: HttpRequest, slug: str) -> Page[ReportPage]:
    """Claim, how it was shown, figures, the most confident images, exports."""
    user = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    roles = access.roles(job, user)
    manager = access.MANAGER in roles
    data: ReportPage = {
        "user": shapes.user(user, manager),
        "job": job_shapes.job(job, roles),
        "classes": job_shapes.classes(job),
        "snapshot": job_shapes.state(job, user, manager=manager),
        "report": {
            **job_report.of_job(job),
            "files": _files(job, manager=manager),
            "checked": _checked(job),
            "confident": {
                "people": _confident(job, Label.Source.HUMAN, Label.Source.REVIEWER),
                "auto": _confident(job, Label.Source.AUTO),
            },
            "timing": timing.of_job(job),
            "controls": [_control(row) for row in blind_controls.of_job(job)],
            "honeypot": blind_controls.honeypot(job) if manager else [],
        },
        "can_manage": manager,
        "transfers": transfer_shapes.latest(job, 20) if manager else [],
        "releases": release_shapes.latest(job) if manager else [],
        "export_choices": transfer_shapes.export_choices(job),
    }
    return Page(request, "report.html", f"{job.name}: report", data)


def _files(job: Job, *, manager: bool) -> ProofFiles | None:
    row = Certificate.objects.filter(round__job=job).order_by("-attempt").first()
    if row is None:
        return None
    return {
        "public_key": row.document["signature"]["public_key"],
        "labels_url": reverse("certificate-labels", args=[row.pk]) if manager else None,
    }


def _checked(job: Job) -> Checked | None:
    found = findings.of_job(job)
    if found is None:
        return None
    known, worst = found
    return {
        **known,
        "worst": [
            {
                "image": shapes.image(row.image),
                "value": row.value,
                "label": row.label,
                "checker": row.checker,
                "found": row.found,
            }
            for row in worst
        ],
    }


def _confident(job: Job, *sources: Label.Source) -> list[ConfidentImage]:
    return [
        {"image": shapes.image(row.image), "boxes": row.boxes, "confidence": row.confidence}
        for row in job_report.most_confident(job, *sources)
    ]


def _control(row: Comparison) -> ControlRow:
    return {
        "class_id": row.class_id,
        "images": row.images,
        "corrected": row.corrected,
        "blank": row.blank,
        "lower": row.lower,
        "falls_back": row.falls_back,
    }

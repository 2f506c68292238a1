"""The report page: a job's certificate and figures for people who did not watch it being made."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator_ui.api import access, shapes
from annotator_ui.pages import allowed, page
from labeling.assignments import blind_controls, timing
from labeling.reports import job_report


@require_safe
@ensure_csrf_cookie
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Claim, how it was shown, figures, the most confident images, exports."""
    user: Any = access.person(request)
    job = allowed(request, slug, *access.REVIEWING)
    roles = access.roles(job, user)
    manager = access.MANAGER in roles
    found = job_report.of_job(job)
    confident = {
        who: [{**row, "image": shapes.image(row["image"])} for row in rows]
        for who, rows in found["confident"].items()
    }
    if found["checked"]:
        for row in found["checked"]["worst"]:
            row["image"] = shapes.image(row["image"])
    both_ways = blind_controls.of_job(job)
    data = {
        "job": shapes.job(job, roles),
        "classes": shapes.classes(job),
        "snapshot": shapes.state(job, user, manager=manager),
        "report": {
            **found,
            "confident": confident,
            "timing": timing.of_job(job),
            "controls": [asdict(row) | {"falls_back": row.falls_back} for row in both_ways],
            "honeypot": blind_controls.honeypot(job) if manager else [],
        },
        "can_manage": manager,
        "transfers": [shapes.transfer(t) for t in job.transfers.all()[:20]] if manager else [],
    }
    return page(request, "report.html", f"{job.name}: report", data, manager)

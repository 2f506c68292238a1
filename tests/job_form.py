"""The job form of the admin, filled in as a project admin does."""

from typing import Any

from django.test import Client
from django.urls import reverse

from labeling.jobs.presets import PRESETS
from labeling.models import Job


def filled(**changes: str) -> dict[str, str]:
    """The job form as the Boxwise preset fills it."""
    preset = PRESETS["boxwise"]
    data = {name: str(value) for name, value in preset.items() if value is not False}
    data |= {"suggestions": "on", "assist": "on", "preset": "boxwise", "name": "Birds"}
    data |= {"lease_minutes": "10", "drawing": "clicks", "monitoring_share": "0.05"}
    data |= {"blind_control_percent": "5", "honeypot_percent": "0"}
    data |= {"price_image": "0.08", "price_answer": "0.036", "budget": "", "instructions": "# Hi"}
    for prefix in ("classes", "members"):
        data |= {f"{prefix}-TOTAL_FORMS": "2", f"{prefix}-INITIAL_FORMS": "0"}
    data |= {
        "classes-0-name": "bird",
        "classes-0-color": "#FFC400",
        "classes-0-hotkey": "1",
        "classes-0-position": "0",
        "classes-1-color": "",
        "classes-1-position": "",
        "members-0-username": "alice",
        "members-0-role": "annotator",
        "members-1-role": "annotator",
    }
    return {**data, **changes}


def create(admin: Client, **changes: str) -> Any:
    """Send it; the page that follows."""
    return admin.post(reverse("admin:labeling_job_add"), filled(**changes), follow=True)


def change(admin: Client, job: Job, **changes: str) -> Any:
    """Send the form of a job again, with its classes as they stand; the page that follows."""
    rows = list(job.classes.all())
    data = {"name": job.name, "slug": job.slug, "members-0-username": ""}
    data |= {"classes-TOTAL_FORMS": str(len(rows) + 2), "classes-INITIAL_FORMS": str(len(rows))}
    for i, row in enumerate(rows):
        shown = ("id", "name", "color", "hotkey", "position")
        data |= {f"classes-{i}-{field}": str(getattr(row, field)) for field in shown}
    for i in (len(rows), len(rows) + 1):
        empty = ("id", "name", "color", "hotkey", "position")
        data |= {f"classes-{i}-{field}": "" for field in empty}
    page = reverse("admin:labeling_job_change", args=[job.pk])
    return admin.post(page, filled(**data | changes), follow=True)

"""Sets a small certified job up, or reports on it; a process of its own on the test's database.

`python -m tests.journeys.many_people_driver prepare|report` prints JSON.
"""

import json
import os
import sys

import labeling  # noqa: F401  swaps in a safe SQLite before Django loads its own

os.environ["DJANGO_SETTINGS_MODULE"] = "labeling.settings"

import django

django.setup()

from django.db.models import Count
from PIL import Image as Picture

from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Assignment, Audit, Event, Job, Label
from labeling.rounds import lifecycle
from labeling.transfers import transfers
from tests import factories

IMAGES, ANNOTATORS, REVIEWERS = 84, 6, 2


def prepare() -> None:
    """Accounts (password = name), pictures, a started job."""
    job = factories.make_job(
        name="team",
        acceptance="certified",
        pilot_size=6,
        validation_size=30,
        training_size=12,
        batch_size=12,
        annotators_per_image=2,
        audit_budget=30,
        monitoring_share=0.2,
    )
    for i in range(ANNOTATORS):
        factories.join(job, factories.person(f"drawer-{i}"), "annotator")
    for i in range(REVIEWERS):
        factories.join(job, factories.person(f"checker-{i}"), "reviewer", "manager")
    folder = media_path("uploads/team")
    folder.mkdir(parents=True)
    for i in range(IMAGES):
        Picture.new("RGB", factories.SIZE, (i, 90, 140)).save(folder / f"{i:03}.png")
    runner.run("transfer", transfers.start_import(job, None, "files", "uploads/team").pk)
    lifecycle.start(job, None)
    print(json.dumps(job.slug))  # noqa: T201  the parent reads it


def report() -> None:
    """What must hold however the processes interleaved."""
    job = Job.objects.get(slug="team")
    state = Assignment.State
    counted = Assignment.objects.filter(round__job=job, state=state.SUBMITTED).order_by()
    places = counted.values("round", "image", "slot").annotate(n=Count("pk"))
    answered = counted.values("round", "image", "annotator").annotate(n=Count("pk"))
    active = Label.objects.active().filter(image__job=job).order_by().values("image")
    entered = [
        (e.data["round"], e.data["state"])
        for e in Event.objects.filter(job=job, kind="round_entered")
    ]
    found = {
        "state": job.state,
        "labelled": active.distinct().count(),
        "labelled_twice": active.annotate(n=Count("pk")).filter(n__gt=1).count(),
        "assignment_filled_twice": places.filter(n__gt=1).count(),
        "answered_twice": answered.filter(n__gt=1).count(),
        "people": counted.values("annotator").distinct().count(),
        "states_entered_twice": len(entered) - len(set(entered)),
        "failed_steps": Event.objects.filter(job=job, kind="step_failed").count(),
        "undecided": Audit.objects.undecided().filter(round__job=job, kind="monitoring").count(),
    }
    print(json.dumps(found))  # noqa: T201  the parent reads it


if __name__ == "__main__":
    {"prepare": prepare, "report": report}[sys.argv[1]]()

"""Drives one small certified job to its end while its worker is killed at given points.

Run as `python -m tests.journeys.crash_driver FAULT...` with LABELING_DATA on a prepared folder.
Each worker, a copy of this process, is armed with the next fault; when it is dead or frozen there,
or its step has failed for good, the next one starts and a failed step is retried. Prints the job's
canonical state as JSON.
"""

import json
import os
import signal
import sys
import time
from contextlib import closing
from typing import Any

import labeling  # noqa: F401  swaps in a safe SQLite before Django loads its own

os.environ["DJANGO_SETTINGS_MODULE"] = "labeling.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from sklearn.ensemble import GradientBoostingRegressor  # noqa: F401  once, not in each worker

from labeling.assignments import claims
from labeling.kernel import faults
from labeling.kernel.boxes import without_scores
from labeling.ledger import steps
from labeling.management.commands.worker import Changes
from labeling.models import Assignment, Audit, Certificate, Event, Job, Label, Step
from labeling.review import queue
from labeling.rounds import lifecycle
from mlassist.models import Detector, Prediction
from tests import auditing, factories, passwords
from tests.forked import Copy

IMAGES, PATIENCE = 84, float(os.environ.get("CRASH_PATIENCE", "300"))


def set_up() -> tuple[Job, Any, Any, Any]:
    """A certified job with one annotator and two reviewers; nothing in it depends on timing."""
    passwords.make_cheaply()
    job = factories.make_job(
        **factories.ALONE,
        acceptance="certified",
        pilot_size=6,
        validation_size=30,
        training_size=6,
        batch_size=10,
        audit_budget=30,
        monitoring_share=0.2,
        audit_seed="fixed",
    )
    people = [factories.person(name) for name in ("alice", "rita", "rolf")]
    factories.join(job, people[0], "annotator")
    for reviewer in people[1:]:
        factories.join(job, reviewer, "reviewer")
    factories.make_images(job, IMAGES)
    lifecycle.start(job, None)
    return job, *people


class Workers:
    """One worker at a time, each armed with the next fault."""

    def __init__(self, faults: list[str]) -> None:
        self.left, self.met, self.armed = list(faults), 0, ""
        self.frozen: list[Copy] = []
        self.process: Copy | None = None

    def watch(self) -> None:
        """Start the next worker if the present one is gone, frozen or of no use."""
        failed = [s for s in Step.objects.unfinished() if s.is_given_up and not s.lease_owner]
        if self.process is not None and not self.process.ended():
            if failed:
                os.kill(self.process.pid, signal.SIGTERM)
                self.process.wait(20)
            elif not _stopped(self.process.pid):
                return
            elif _database_is_free():
                self.frozen.append(self.process)
            else:  # frozen while its sweep was writing: on SQLite nobody could ever go on
                os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait(20)
                self.left.insert(0, self.armed)
                self.met -= 1
        if self.process is not None:
            self.met += 1
        for step in failed:
            steps.retry(step.round)
        self.armed = self.left.pop(0) if self.left else ""
        self.process = Copy(self.work)

    def work(self) -> None:
        """What `LABELING_FAULT=... manage.py worker` does in a process."""
        faults.ARMED = self.armed
        call_command("worker", interval=0.05)

    def end(self) -> None:
        """Wake the frozen ones, let them notice, then stop all."""
        for frozen in self.frozen:
            os.kill(frozen.pid, signal.SIGCONT)
        time.sleep(1.5 if self.frozen else 0)  # they must meet the fence, not our SIGTERM
        for process in (*self.frozen, self.process):
            if process is not None:
                if not process.ended():
                    os.kill(process.pid, signal.SIGTERM)
                process.wait(20)


def _stopped(pid: int) -> bool:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"


def _database_is_free() -> bool:
    """Whether another process can write now."""
    if connection.vendor != "sqlite":
        return True  # there a frozen process holds a few rows at most
    with closing(connection.Database.connect(connection.settings_dict["NAME"], timeout=2)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except connection.Database.OperationalError:
            return False
    return True


def people_work(job: Job, alice: Any, *reviewers: Any) -> int:
    """Everybody does what they can get now; how much it was.

    To ask for work in vain costs more than the worker's steps: it is asked whether there is some.
    """
    done = 0
    if Assignment.objects.pending().filter(round__job=job).exists():
        for assignment in claims.claim_next(job, alice).assignments:
            factories.answer(assignment, alice)
            done += 1
    if not Audit.objects.undecided().wanted().filter(round__job=job).exists():
        return done
    for reviewer in reviewers:
        # one at a time: what is in hand when the proof is complete would end as the clock has it
        auditing.draw_order(job, reviewer)
        while held := queue.claim_next(job, reviewer, count=1):
            (audit,) = held
            # every fifth picture is corrected, by name, so that any order gives the same
            wrong = int(audit.image.digest[-1], 16) % 5 == 0
            boxes = [factories.box()] if audit.blind or wrong else without_scores(audit.predicted)
            auditing.give(audit, reviewer, "corrected", boxes)
            done += 1
    return done


def canonical(job: Job) -> dict[str, Any]:
    """What two runs of the same job must agree on: no ids, no times."""
    labels = Label.objects.filter(image__job=job).select_related("image", "round")
    paper = Certificate.objects.filter(round__job=job).first()
    return {
        "state": job.state,
        "labels": sorted(
            [r.image.name, r.source, r.round.number if r.round else 0, r.boxes, bool(r.revoked_at)]
            for r in labels
        ),
        "images": sorted(job.images.values_list("name", "split", "excluded")),
        "rounds": list(job.rounds.values_list("number", "purpose", "state")),
        "audits": sorted(
            Audit.objects.filter(round__job=job).values_list(
                "image__name", "kind", "blind", "position", "verdict", "value"
            )
        ),
        "assignments": sorted(
            Assignment.objects.filter(round__job=job).values_list(
                "round__number", "image__name", "slot", "state"
            )
        ),
        "detectors": list(
            Detector.objects.filter(round__job=job)
            .order_by("round")
            .values_list("digest", flat=True)
        ),
        "predictions": Prediction.objects.filter(detector__round__job=job).count(),
        "certificate": paper.document["result"] if paper else None,
        "entered": sorted(
            f"{e.data['round']} {e.data['state']}"
            for e in Event.objects.filter(job=job, kind="round_entered")
        ),
    }


def main() -> None:
    """Drive the job, print its end."""
    job, *people = set_up()
    workers = Workers(sys.argv[1:])
    deadline = time.monotonic() + PATIENCE
    changes = Changes(idle=1.0)  # looking costs as much as the worker's steps
    try:
        while True:
            workers.watch()
            while changes.any() and people_work(job, *people):
                changes.version = None  # one's own writes count for others only
            job.refresh_from_db()
            if job.state == Job.State.COMPLETE and not Audit.objects.undecided().filter(
                round__job=job, kind="monitoring"
            ):
                break
            if time.monotonic() > deadline:
                left = list(Step.objects.filter(finished_at=None).values())
                raise SystemExit(f"not complete in time: {job.rounds.last().state} {left}")
            time.sleep(0.05)
    finally:
        workers.end()
    result = canonical(job)
    result["met"] = workers.met
    result["errors"] = Event.objects.filter(job=job, kind="step_failed").count()
    print(json.dumps(result))  # noqa: T201  the parent reads it


if __name__ == "__main__":
    main()

"""The rehearsal: a job on known data, worked by simulated people through the real HTTP API."""

import contextlib
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import connection

from labeling.jobs import classes, setup
from labeling.jobs.presets import PRESETS
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid, LabelingError
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.management.commands import demo
from labeling.management.database import DatabaseCommand
from labeling.models import Audit, Job, Member
from labeling.rounds import lifecycle
from labeling.simulation import outcome
from labeling.simulation.client import Client
from labeling.simulation.drive import Drive, Stalled
from labeling.simulation.outcome import Truth
from labeling.transfers import transfers
from labeling.transfers.core import coco


class Command(DatabaseCommand):
    """manage.py simulate"""

    help = "Rehearse a job on data whose boxes are known, or let simulated people work the demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to rehearse and how."""
        parser.add_argument("--job", help="address of a running demo job")
        parser.add_argument("--coco", type=Path, help="COCO file with the true boxes")
        parser.add_argument("--images-dir", type=Path, help="folder of its pictures")
        parser.add_argument("--images", type=int, default=1000)
        parser.add_argument("--license", type=int, help="only pictures of this licence number")
        parser.add_argument(
            "--preset", choices=["ground-truth", "boxwise", "minimal"], default="boxwise"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            dest="changes",
            help="another number of the preset, e.g. --set validation_size=0; may be repeated",
        )
        parser.add_argument(
            "--after",
            metavar="JOB",
            help="address of an earlier rehearsal: begin with its detector, on other pictures",
        )
        parser.add_argument("--target", type=float, help="quality target instead of the preset's")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--speed", type=float, default=0.0, help="times real speed; 0: no waiting"
        )
        parser.add_argument("--url", help="a running server; else one is started on a free port")
        parser.add_argument("--json", type=Path, help="write the result here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, drive, report."""
        try:
            if options["job"]:
                job, truth = self._demo(options["job"])
            elif options["coco"]:
                job, truth = self._rehearsal(options)
            else:
                raise CommandError(
                    "Say what to rehearse: --job demo, or --coco FILE --images-dir DIR."
                )
            with _server(options["url"]) as url:
                self._drive(url, job, truth, options)
        except LabelingError as error:
            raise CommandError(error.message) from error
        result = outcome.job_outcome(job, truth)
        self.stdout.write(outcome.table(result))
        if options["json"]:
            options["json"].write_text(json.dumps(result, indent=1))
        if job.state != Job.State.COMPLETE:
            raise CommandError(f"The job ended {job.state}.")

    def _demo(self, slug: str) -> tuple[Job, Truth]:
        job = Job.objects.filter(slug=slug).first()
        if job is None or not job.images.filter(name__startswith="scene-").exists():
            raise CommandError(f"{slug!r} is not a demo job; make one with manage.py demo.")
        return job, lambda name: demo.truth(demo.SEED, name)

    def _rehearsal(self, options: dict[str, Any]) -> tuple[Job, Truth]:
        """A job from a seeded sample of the file's pictures."""
        parsed = coco.read_coco(options["coco"])
        records = [
            r
            for r in parsed.records
            if options["license"] is None or r.get("license") == options["license"]
        ]
        earlier = _earlier(options["after"]) if options["after"] else None
        if earlier is not None:
            seen = set(earlier.images.values_list("name", flat=True))
            records = [r for r in records if _flat(str(r["file_name"])) not in seen]
        random.Random(options["seed"]).shuffle(records)
        if len(records) < options["images"]:
            raise Invalid(f"The file has {len(records)} such pictures, not {options['images']}.")
        names = [str(r["file_name"]) for r in records[: options["images"]]]
        preset = PRESETS[options["preset"].replace("-", "_")]
        fields = {**preset, "preset": options["preset"].replace("-", "_")}
        if options["target"]:
            fields["target_quality"] = options["target"]
        fields |= dict(_changed(change, preset) for change in options["changes"])
        job = setup.create(
            f"Rehearsal {options['preset']} {options['seed']}",
            None,
            seed=options["seed"],
            audit_seed=f"rehearsal {options['seed']}",
            start_from=earlier,
            **fields,
        )
        for name in parsed.classes:
            classes.add(job, name)
        known = {_flat(n): n for n in names}
        self._import(job, options["images_dir"] or options["coco"].parent, known)

        def truth(name: str) -> list[Box]:
            return [
                {"class_id": k, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
                for k, x1, y1, x2, y2 in parsed.boxes[known[name]]
            ]

        return job, truth

    def _import(self, job: Job, folder: Path, known: dict[str, str]) -> None:
        target = media_path(f"uploads/rehearsal-{job.pk}")
        target.mkdir(parents=True)
        for flat, name in known.items():
            source = folder / name if (folder / name).is_file() else folder / Path(name).name
            if not source.is_file():
                raise Invalid(f"There is no picture {name!r} in {folder}.")
            shutil.copyfile(source, target / flat)
        row = transfers.start_import(job, None, "files", f"uploads/{target.name}")
        runner.run("transfer", row.pk)
        row.refresh_from_db()
        if row.error or row.report["refused"]:
            raise Invalid(f"The import failed: {row.error or row.report['listed'][:3]}")

    def _drive(self, url: str, job: Job, truth: Truth, options: dict[str, Any]) -> None:
        people = max(2, job.annotators_per_image)
        accounts = {
            **{f"sim-annotator-{i + 1}": Member.Role.ANNOTATOR for i in range(people)},
            "sim-reviewer-1": Member.Role.REVIEWER,
            "sim-reviewer-2": Member.Role.REVIEWER,
            "sim-manager": Member.Role.MANAGER,
        }
        passwords = {name: _account(job, name, role) for name, role in accounts.items()}
        if job.state == Job.State.DRAFT:
            lifecycle.start(job, None)
        speed = options["speed"] or (20.0 if options["job"] else 0.0)
        drive = Drive(url, job.slug, truth, speed, job.classes.count())
        for i, (name, role) in enumerate(accounts.items()):
            if role == Member.Role.ANNOTATOR:
                drive.annotator(name, passwords[name], options["seed"] * 100 + i)
            elif role == Member.Role.REVIEWER:
                drive.reviewer(name, passwords[name], options["seed"] * 100 + i)
        manager = Client(url, "sim-manager", passwords["sim-manager"])
        watch = Audit.objects.undecided().filter(
            round__job=job, kind=Audit.Kind.MONITORING, label__revoked_at__isnull=True
        )
        try:
            drive.until_complete(manager, watch.count)
        except Stalled as error:
            raise CommandError(str(error)) from error
        job.refresh_from_db()


def _earlier(slug: str) -> Job:
    """The job of an earlier rehearsal."""
    job = Job.objects.filter(slug=slug).first()
    if job is None:
        raise Invalid(f"--after {slug}: there is no such job.")
    return job


def _changed(change: str, preset: dict[str, object]) -> tuple[str, object]:
    """Name and value of one number of the preset."""
    name, _, value = change.partition("=")
    if name not in preset:
        raise Invalid(f"--set {change}: choose from {', '.join(preset)}.")
    try:
        return name, {f.name: f for f in Job._meta.fields}[name].clean(value, None)
    except ValidationError as error:
        raise Invalid(f"--set {change}: {' '.join(error.messages)}") from error


def _flat(name: str) -> str:
    return name.replace("/", "_")


def _account(job: Job, name: str, role: str) -> str:
    """A simulated person in this job, with a fresh password."""
    password = secrets.token_urlsafe(12)
    user, _ = get_user_model().objects.get_or_create(username=name)
    user.set_password(password)
    user.save()
    Member.objects.get_or_create(job=job, user=user, role=role)
    return password


@contextlib.contextmanager
def _server(url: str | None) -> Iterator[str]:
    """The given server, or one of our own on a free port for as long as it is needed."""
    if url:
        yield url
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    connection.close()
    # a stop must reach the server and its workers as well
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    own = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        env={**os.environ, "LABELING_PAGES": "0", "REQUESTS_PER_SECOND": "0"},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with contextlib.suppress(requests.RequestException):
                requests.get(f"{address}/accounts/login/", timeout=2)
                break
            if own.poll() is not None:
                raise CommandError("The rehearsal's own server did not start; see above.")
            time.sleep(0.25)
        yield address
    finally:
        own.terminate()
        own.wait(20)
        signal.signal(signal.SIGTERM, before)

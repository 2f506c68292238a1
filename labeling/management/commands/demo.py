"""A job of generated pictures, begun by simulated people, and accounts to try every role."""

import functools
import secrets
import shutil
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from labeling.jobs import accounts as people
from labeling.jobs import classes, setup
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.management.database import DatabaseCommand
from labeling.models import Job, Member
from labeling.rounds import lifecycle
from labeling.simulation import demo_start, scenes
from labeling.transfers import transfers

NAME, SLUG, SEED = "Demo: drawn scenes", "demo", 1
INSTRUCTIONS = """\
Draw a box around every **boat**, **house** and **tree**.

- The box touches the object on all four sides; a mast or a chimney belongs to it.
- Bushes, rocks and fences are no objects.
- Nothing there? Press **N**, then **Enter**: **N** alone sends nothing.
"""


class Command(DatabaseCommand):
    """manage.py demo"""

    help = "Create the demo job and its accounts, or what they lack; does nothing once it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many pictures."""
        parser.add_argument("--images", type=int, default=400)

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing, also of a demo that was cut off half-way."""
        job = Job.objects.filter(slug=SLUG).first()
        if job and not _is_unready(job):
            self.stdout.write("The demo job is there.")
            return
        accounts = self._accounts()
        job = job or setup.create(
            NAME,
            accounts["ana"],
            slug=SLUG,
            instructions=INSTRUCTIONS,
            # so few that the first detector is not good enough: people meet its suggestions
            pilot_size=6,
            validation_size=16,
            training_size=10,
            batch_size=30,
            target_quality=0.65,
            annotators_per_image=1,
            audit_budget=40,
            monitoring_share=0.1,
            blind_checks=False,
        )
        there = set(job.classes.values_list("name", flat=True))
        for name in scenes.CLASSES:
            if name not in there:
                classes.add(job, name)
        for name, role in (
            ("marta", Member.Role.ANNOTATOR),
            ("ana", Member.Role.ANNOTATOR),
            ("jonas", Member.Role.REVIEWER),
        ):
            Member.objects.get_or_create(job=job, user=accounts[name], role=role)
        self._import(job, options["images"])
        helper = demo_start.join(job)
        try:
            if job.state == Job.State.DRAFT:
                lifecycle.start(job, accounts["ana"])
        except Invalid as error:
            raise CommandError(
                f"The demo job cannot start yet: {error.message} Try again in a minute."
            ) from error
        drawn = demo_start.draw_blind_rounds(job, helper, lambda name: truth(SEED, name))
        demo_start.leave(job, helper)
        self.stdout.write(
            f"The demo job is ready: /jobs/{SLUG}/work\n"
            f"  Simulated people have drawn its first {drawn} images. The worker trains a detector "
            "now; in a minute or two its suggestions come."
        )

    @transaction.atomic
    def _accounts(self) -> dict[str, User]:
        users = get_user_model().objects
        found: dict[str, User] = {}
        shown: list[str] = []
        for name, words, about in (
            ("admin", "", "superuser"),
            ("ana", "Ana Ruiz", "project admin, manages the demo job"),
            ("marta", "Marta Kent", "annotator"),
            ("jonas", "Jonas Orr", "reviewer"),
        ):
            password = secrets.token_urlsafe(9)
            first, _, last = words.partition(" ")
            user, created = users.get_or_create(
                username=name, defaults={"first_name": first, "last_name": last}
            )
            if created:
                user.set_password(password)
                user.is_superuser = user.is_staff = name == "admin"
                user.save()
                if name == "ana":
                    people.make_project_admin(user)
                shown.append(f"  {name:8} {password:14} {about}")
            found[name] = user
        if shown:
            self.stdout.write("\n".join(("Accounts (shown this once):", *shown)))
        return found

    def _import(self, job: Job, count: int) -> None:
        """Draw and import, or go on with the import that was begun."""
        row = job.transfers.under_way(timezone.now()).first()
        if row is None and not job.images.exists():
            folder = media_path(f"uploads/demo-{job.pk}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for i in range(count):
                picture, _ = scenes.draw(SEED, i)
                picture.save(folder / f"scene-{i:04}.png")
            row = transfers.start_import(job, None, "files", f"uploads/{folder.name}")
        if row is not None:
            runner.run("transfer", row.pk)


@functools.cache
def truth(seed: int, name: str) -> list[Box]:
    """The true boxes of one of the demo's pictures, by its file name; not to be changed.

    Kept, for to know them is to draw the picture, and simulated people ask at each image.
    """
    return scenes.draw(seed, int(name[6:10]))[1]


def _is_unready(job: Job) -> bool:
    """Whether an earlier run was cut off; a draft of another name is somebody's own."""
    return job.name == NAME and (job.state == Job.State.DRAFT or demo_start.is_at_work(job))

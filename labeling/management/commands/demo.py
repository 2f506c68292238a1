"""A ready job of generated pictures, and accounts to try every role."""

import secrets
import shutil
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model

from labeling.core import scenes
from labeling.management.database import DatabaseCommand
from labeling.models import Job, Member
from labeling.services import jobs, people, transfers
from labeling.services.images import media_path

SLUG, SEED = "demo", 1
INSTRUCTIONS = """\
Draw a box around every **boat**, **house** and **tree**.

- The box touches the object on all four sides; a mast or a chimney belongs to it.
- Bushes, rocks and fences are no objects.
- Nothing there? Press **N**, then **Enter**.
"""


class Command(DatabaseCommand):
    """manage.py demo"""

    help = "Create the demo job and its accounts; does nothing where they exist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many pictures."""
        parser.add_argument("--images", type=int, default=400)

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing."""
        if Job.objects.filter(slug=SLUG).exists():
            self.stdout.write("The demo job is there.")
            return
        accounts = self._accounts()
        job = jobs.create(
            "Demo: drawn scenes", accounts["ana"], slug=SLUG, instructions=INSTRUCTIONS,
            pilot_size=10, validation_size=40, training_size=50, batch_size=50,
            annotators_per_image=1, audit_budget=40, watch_share=0.1, checks_from_blank=False,
        )  # fmt: skip
        for name in scenes.CLASSES:
            jobs.add_class(job, name)
        for name, role in (
            ("marta", Member.Role.ANNOTATOR), ("ana", Member.Role.ANNOTATOR),
            ("jonas", Member.Role.REVIEWER),
        ):  # fmt: skip
            Member.objects.get_or_create(job=job, user=accounts[name], role=role)
        self._import(job, options["images"])
        jobs.start(job, accounts["ana"])
        self.stdout.write(f"The demo job is ready: /jobs/{SLUG}/work")

    def _accounts(self) -> dict[str, Any]:
        users = get_user_model().objects
        found: dict[str, Any] = {}
        self.stdout.write("Accounts (shown this once):")
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
                self.stdout.write(f"  {name:8} {password:14} {about}")
            found[name] = user
        return found

    def _import(self, job: Job, count: int) -> None:
        folder = media_path(f"uploads/demo-{job.pk}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for i in range(count):
            picture, _ = scenes.draw(SEED, i)
            picture.save(folder / f"scene-{i:04}.png")
        row = transfers.start_import(job, None, "files", f"uploads/{folder.name}")
        transfers.run(row.pk)

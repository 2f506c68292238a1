"""A backup put back where there is nothing yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from labeling.management import restores
from labeling.management.data_folder import make_private, only_supervisor

OFTEN = 1_000  # files between two lines


class Command(BaseCommand):
    """manage.py restore"""

    help = "Put a backup into the empty data folder (and database) that the settings name."
    requires_system_checks = ()  # there is no database yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it, and say of when it is."""

        def told(files: int, size: int) -> None:
            if files % OFTEN == 0:
                self.stdout.write(f"{files:,} files, {size / 1e9:.1f} GB")

        with only_supervisor(settings.DATA_DIR):
            about = restores.restore(options["file"], told)
            make_private(settings.DATA_DIR, settings.MEDIA_ROOT)
        self.stdout.write(
            f"Restored what was backed up on {about['made_at'][:19].replace('T', ' ')} UTC. "
            "Start manage.py serve."
        )

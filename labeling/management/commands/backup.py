"""Everything that a site is, copied into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from labeling.management import backups
from labeling.management.database import DatabaseCommand

OFTEN = 1_000  # files between two lines


class Command(DatabaseCommand):
    """manage.py backup"""

    help = "Copy database, pictures, detectors and keys into one tar file, while the site runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path, help="a new file; keep it as safe as the site")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say how much it is."""

        def told(files: int, size: int) -> None:
            if files % OFTEN == 0:
                self.stdout.write(f"{files:,} files, {size / 1e9:.1f} GB")

        count = backups.back_up(options["file"].absolute(), told)
        size = options["file"].stat().st_size
        self.stdout.write(f"{options['file']}: {count:,} files, {size / 1e6:,.1f} MB.")

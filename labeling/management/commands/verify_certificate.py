"""Recomputes a certificate from its file alone; needs no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.core import document


class Command(BaseCommand):
    """manage.py verify_certificate FILE"""

    help = "Recompute a certificate from its file alone and say whether everything in it holds."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and explain."""
        try:
            paper = json.loads(options["file"].read_bytes())
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} cannot be read as JSON: {error}") from error
        if not isinstance(paper, dict):
            raise CommandError(f"{options['file']} is not a certificate: it holds no JSON object.")
        try:
            faults = document.verify(paper)
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise CommandError(f"This is not a complete certificate: {error!r}") from error
        if faults:
            raise CommandError("The certificate does not hold. " + " ".join(faults))
        result, content = paper["result"], paper["frozen"]["content"]
        self.stdout.write(
            f"It holds: {result['outcome']}, {result['certified_images']} images, mean quality "
            f">= {content['target']:.2f} at level {content['level']:.4f}, "
            f"{result['audited']} audited."
        )

"""Recomputes a certificate from its file alone; needs no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.certification.core import plan_content, verification


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
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{options['file']} cannot be read as JSON: {error}") from error
        if not isinstance(paper, dict):
            raise CommandError(f"{options['file']} is not a certificate: it holds no JSON object.")
        try:
            faults = verification.verify(paper)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise CommandError(f"This is not a complete certificate: {error!r}") from error
        if faults:
            raise CommandError("The certificate does not hold. " + " ".join(faults))
        result = paper["result"]
        audited = f"{result['audited']} images were checked."
        if result["outcome"] == "certified":
            claim = plan_content.claim(
                paper["locked"]["content"],
                paper["about"]["risk"],
                result["certified_images"],
                plan_content.shown_in(result),
            )
            told = plan_content.assumed(paper["locked"]["content"])
            self.stdout.write(f"It holds. {claim}. {audited} {told}")
        else:
            self.stdout.write(f"It holds, and certifies nothing. {audited}")

"""Recomputes a certificate from its file, and what is given beside it; needs no database."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, cast

from django.core.management.base import BaseCommand, CommandError

from labeling.certification.core import evidence, plan_content, verification
from labeling.kernel.certificate_shapes import CandidateLabel, Document, Receipt
from labeling.kernel.json_shapes import JSON

P = ParamSpec("P")
BROKEN = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


class Command(BaseCommand):
    """manage.py verify_certificate FILE"""

    help = (
        "Recompute a certificate from its file alone and say what holds, and what only other "
        "files can show."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what can be checked with it."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--labels", type=Path, help="the certificate's labels, from the report page"
        )
        parser.add_argument(
            "--receipt", type=Path, help="receipt of the reviewer who gave a random number"
        )
        parser.add_argument("--key", help="public key of the site, 64 hexadecimal digits")
        parser.add_argument(
            "--earlier", type=Path, nargs="*", help="certificates of the attempts before this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and explain."""
        paper = _certificate(options["file"])
        faults, checked, unchecked = [], [_file_told(paper)], []
        if options["labels"]:
            faults += _asked(evidence.label_faults, paper, _labels(options["labels"]))
            checked.append("The labels given are those that were locked before the checks.")
        else:
            unchecked.append("the labels of images that nobody checked (--labels)")
        if options["receipt"]:
            receipt = cast(Receipt, _read_json(options["receipt"]))
            faults += _asked(evidence.receipt_faults, paper, receipt)
            checked.append("The reviewer of the receipt gave the number behind the order.")
        else:
            unchecked.append("that a reviewer gave the number behind the order (--receipt)")
        if options["key"]:
            faults += evidence.key_faults(paper, options["key"])
            checked.append("The key given has signed it.")
        else:
            signed_by = paper["signature"]["public_key"]
            unchecked.append(f"whose key has signed it: {signed_by} (--key)")
        if options["earlier"] is not None:
            earlier = [_certificate(path) for path in options["earlier"]]
            faults += evidence.earlier_faults(paper, earlier)
            checked.append("The earlier attempts are those given.")
        elif paper["locked"]["content"]["attempt"] > 1:
            unchecked.append("the attempts before it (--earlier)")
        unchecked.append(
            f"that its digest is the one that you were sent: {paper['digest']} (compare it)"
        )
        unchecked.append("that people made the checks")
        if faults:
            raise CommandError("The certificate does not hold. " + " ".join(faults))
        self.stdout.write("\n".join([_claim(paper), "Checked:"]))
        self.stdout.write("\n".join(f"  {line}" for line in checked))
        self.stdout.write("Not checked:")
        self.stdout.write("\n".join(f"  {line}" for line in unchecked))


def _certificate(path: Path) -> Document:
    """A certificate that holds by itself."""
    paper = _read_json(path)
    if not isinstance(paper, dict):
        raise CommandError(f"{path} is not a certificate: it holds no JSON object.")
    faults = _asked(verification.verify, paper)
    if faults:
        raise CommandError("The certificate does not hold. " + " ".join(faults))
    return cast(Document, paper)


def _read_json(path: Path) -> JSON:
    try:
        found: JSON = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}") from error
    return found


def _labels(path: Path) -> Iterator[CandidateLabel]:
    """The lines of a file of labels."""
    try:
        with path.open("rb") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} cannot be read as lines of JSON: {error}") from error


def _asked(faults_of: Callable[P, list[str]], *given: P.args, **named: P.kwargs) -> list[str]:
    """The faults; a file of another shape is refused in words."""
    try:
        return faults_of(*given, **named)
    except BROKEN as error:
        raise CommandError(f"A file given is incomplete: {error!r}") from error


def _file_told(paper: Document) -> str:
    draws = len(paper["draws"])
    return (
        f"The result follows from the file; the labels of the {draws} checked images were locked "
        "before the order was drawn, which follows from two numbers."
    )


def _claim(paper: Document) -> str:
    content, result = paper["locked"]["content"], paper["result"]
    audited = f"{result['audited']} images were checked."
    if result["outcome"] != "certified":
        return f"It holds, and certifies nothing. {audited}"
    claim = plan_content.claim(
        content, content["risk"], result["certified_images"], plan_content.shown_in(result)
    )
    return f"It holds. {claim}. {audited} {plan_content.assumed(content)}"

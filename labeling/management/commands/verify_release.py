"""Recomputes a release from its file, and from the release before; needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.transfers.core import release_verification
from labeling.transfers.core.release_reader import ReleaseFile, Unreadable


class Command(BaseCommand):
    """manage.py verify_release FILE"""

    help = "Recompute a release from its file and say what holds, and what was not checked."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what can be checked with it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--previous", type=Path, help="the file of the release before")
        parser.add_argument("--key", help="public key of the site, 64 hexadecimal digits")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and explain."""
        try:
            with ReleaseFile(options["file"]) as release:
                self._verify(release, options["previous"], options["key"])
        except Unreadable as error:
            raise CommandError(f"The release does not hold. {error}") from error

    def _verify(self, release: ReleaseFile, previous: Path | None, key: str | None) -> None:
        about, counts = release.about, release.about["counts"]
        faults = release_verification.faults_of(release)
        papers = counts["certificates"]
        checked = [
            f"The {len(release.names)} files in it are those that were signed, and no other.",
            "Counts, classes and split follow from the images.",
        ]
        if papers:
            checked.append(f"Each of the {papers} certificates holds by itself.")
        unchecked: list[str] = []
        signed_by = about["signature"]["public_key"]
        if key is None:
            unchecked.append(f"whose key has signed it: {signed_by} (--key)")
        elif signed_by != key.strip().lower():
            faults.append(f"The release is signed by another key: {signed_by}.")
        else:
            checked.append("The key given has signed it.")
        if about["previous"] is None and previous is None:
            checked.append("It is the first release: its diff is to nothing.")
        elif previous is None:
            unchecked.append("the release before it, and the diff to it (--previous)")
        elif not faults:
            try:
                with ReleaseFile(previous) as before:
                    faults += release_verification.chain_faults(release, before)
                    if before.about["signature"]["public_key"] != signed_by:
                        unchecked.append("why the release before is signed by another key")
            except Unreadable as error:
                faults.append(f"Of the release before: {error}")
            checked.append("The file given is the release before, and the diff is that of the two.")
        if not faults:
            unchecked += _others(release, signed_by)
        if faults:
            raise CommandError("The release does not hold. " + " ".join(faults))
        self.stdout.write(
            f"It holds. Release {about['number']} of {about['job']}, made {about['made_at']}: "
            f"{counts['images']} images, {counts['labelled']} labelled, {counts['boxes']} boxes."
        )
        for title, lines in (("Checked:", checked), ("Not checked:", unchecked)):
            self.stdout.write("\n".join([title, *(f"  {line}" for line in lines)]))


def _others(release: ReleaseFile, signed_by: str) -> list[str]:
    """What the file cannot show by itself."""
    about = release.about
    found = [
        f"the certificate of round {one['round']}, which another key has signed: "
        f"{paper['signature']['public_key']}"
        for one, paper in release_verification.certificates(release)
        if paper["signature"]["public_key"] != signed_by
    ]
    if about["certificates"]:
        found.append("what only other files show of the certificates (verify_certificate)")
    if about["detector"]:
        found.append(f"the file of the detector: its SHA-256 is {about['detector']['digest']}")
    found.append("the pictures: each is named by the SHA-256 of its original")
    found.append(f"that its digest is the one that you were sent: {about['digest']} (compare it)")
    return found

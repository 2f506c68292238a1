"""Whether a release holds: everything in it recomputed from the file, and from the one before."""

from collections.abc import Iterator
from typing import Any

from labeling.certification.core import verification
from labeling.kernel import signatures
from labeling.kernel.digests import digest
from labeling.kernel.json_shapes import Changes
from labeling.transfers.core import release_diff
from labeling.transfers.core.release_file import (
    ABOUT,
    DIFF,
    IMAGES,
    Hashed,
    ReleaseCertificate,
    Tally,
)
from labeling.transfers.core.release_reader import ReleaseFile, json_of
from labeling.transfers.core.splits import split_of


def faults_of(release: ReleaseFile) -> list[str]:
    """What does not hold in the file by itself; empty if everything does."""
    about, faults = release.about, document_faults(release)
    if (about["number"] == 1) != (about["previous"] is None):
        faults.append("Exactly the first release has none before it.")
    elif about["previous"] and about["previous"]["number"] != about["number"] - 1:
        faults.append("The release before it has not the number before.")
    faults += _file_faults(release)
    if not faults:  # else one forged byte would be told three times
        faults += _image_faults(release) + _certificate_faults(release)
    return faults


def document_faults(release: ReleaseFile) -> list[str]:
    """Whether the document is the one that was signed."""
    about = release.about
    body = {key: value for key, value in about.items() if key not in ("digest", "signature")}
    faults = []
    if digest(body) != about["digest"]:
        faults.append(f"{ABOUT} was changed: its digest does not match.")
    if not signatures.is_signed(about["digest"], about["signature"]):
        faults.append(f"The signature is not that of its key for this {ABOUT}.")
    return faults


def _file_faults(release: ReleaseFile) -> list[str]:
    listed = release.about["files"]
    there = set(release.names) - {ABOUT}
    faults = [f"{name} is missing." for name in sorted(set(listed) - there)]
    faults += [f"{name} is in the zip, and {ABOUT} does not name it." for name in there - {*listed}]
    for name in sorted(there & set(listed)):
        if release.digest_of(name) != listed[name]:
            faults.append(f"{name} was changed: its digest does not match.")
    return faults


def _image_faults(release: ReleaseFile) -> list[str]:
    """Where counts and split do not follow from the images."""
    about = release.about
    shares, tally = about["split"], Tally(about["split"])
    classes = {one["index"] for one in about["classes"]}
    for line in release.images():
        tally.add(line)
        part = split_of(line["image"], shares) if shares else ""
        if line["split"] != part:
            return [f"The image {line['image']} is not in the part that its content gives."]
        if not classes.issuperset(box["class_id"] for box in line["boxes"] or ()):
            return [f"The image {line['image']} has a box of a class that the release has not."]
    told = about["counts"]
    found = tally.counts(
        excluded=told["excluded"],  # of images that are not in the file
        certificates=len(about["certificates"]),
        changes=told["changes"],  # recomputed with the release before
    )
    if found != told:
        return ["The counts are not those of the images."]
    return _diff_told(release)


def _diff_told(release: ReleaseFile) -> list[str]:
    """Of the file alone: the diff of a first release, and whether the counts are the diff's."""
    about = release.about
    if about["previous"] is None:
        return diff_faults(release, None)
    out = Hashed()
    totals = release_diff.write(out, about["previous"], release.diff())
    if out.digest() != about["files"][DIFF]:
        return [f"{DIFF} is one to another release, or does not follow from its own lines."]
    if totals != about["counts"]["changes"]:
        return [f"The changes told are not those of {DIFF}."]
    return []


def diff_faults(release: ReleaseFile, previous: ReleaseFile | None) -> list[str]:
    """Whether the diff is the one that both files give; a first release's is to nothing."""
    out = Hashed()
    before = previous.images() if previous else ()
    found = release_diff.changes(before, release.images())
    totals: Changes = release_diff.write(out, release.about["previous"], found)
    faults = []
    if out.digest() != release.about["files"][DIFF]:
        faults.append(f"{DIFF} is not the difference to the release before.")
    if totals != release.about["counts"]["changes"]:
        faults.append("The changes told are not those of the images.")
    return faults


def chain_faults(release: ReleaseFile, previous: ReleaseFile) -> list[str]:
    """Whether the file given is the release before, and holds; then whether the diff follows."""
    told, given = release.about["previous"], previous.about
    if told is None:
        return ["It is the first release: none is before it."]
    if faults := [f"Of the release before: {fault}" for fault in faults_of(previous)]:
        return faults
    if (told["number"], told["digest"]) != (given["number"], given["digest"]):
        return ["The file given is not the release that it names as the one before."]
    return diff_faults(release, previous)


def certificates(release: ReleaseFile) -> Iterator[tuple[ReleaseCertificate, dict[str, Any]]]:
    """Each certificate as the release names it, and its document."""
    for named in release.about["certificates"]:
        yield named, json_of(release.read(named["file"]))


def _certificate_faults(release: ReleaseFile) -> list[str]:
    named = [one["file"] for one in release.about["certificates"]]
    held = set(release.about["files"]) - {IMAGES, DIFF}
    if len(set(named)) < len(named) or set(named) != held:
        return ["The certificates named are not those in the zip."]
    faults = []
    for one, paper in certificates(release):
        found = _paper_faults(paper)
        if not found and (one["digest"], one["round"]) != (
            paper["digest"],
            paper["about"].get("round"),
        ):
            found = ["It is another certificate than the release names."]
        faults += [f"{one['file']}: {fault}" for fault in found]
    return faults


def _paper_faults(paper: Any) -> list[str]:
    """As verify_certificate finds them; a document of another shape is a fault, too."""
    if not isinstance(paper, dict):
        return ["It holds no JSON object."]
    try:
        return verification.verify(paper)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return [f"It is incomplete: {error!r}"]

"""What stands beside a certificate and is checked with it: labels, receipt, key, earlier files.

The file alone shows that nothing in it was changed afterwards; these show that its holder did not
make it up (docs/certificate.md 4).
"""

from collections.abc import Iterable, Sequence

from labeling.certification.core import seed
from labeling.kernel.certificate_shapes import CandidateLabel, Document, Receipt


def label_faults(document: Document, labels: Iterable[CandidateLabel]) -> list[str]:
    """Whether these are the labels that were locked: of every image that was put to the proof."""
    locked = document["locked"]
    fixed = {key: commitment for key, _, commitment, _ in locked["content"]["candidates"]}
    missing = set(fixed)
    for line, label in enumerate(labels, 1):
        key = label["image"]
        if key not in missing:
            why = "comes twice" if key in fixed else "was not put to the proof"
            return [f"Line {line} of the labels: image {key[:12]} {why}."]
        if seed.commitment(locked["server_nonce"], key, label["boxes"]) != fixed[key]:
            return [f"Line {line} of the labels: the boxes of {key[:12]} are not those locked."]
        missing.remove(key)
    if missing:
        return [f"The labels lack {len(missing)} of the {len(fixed)} images put to the proof."]
    return []


def receipt_faults(document: Document, receipt: Receipt) -> list[str]:
    """Whether the reviewer's number was given for this plan, and the site has signed that."""
    locked, faults = document["locked"], []
    if not seed.is_genuine(receipt):
        faults.append("The receipt was changed, or its key did not sign it.")
    if receipt["signature"]["public_key"] != document["signature"]["public_key"]:
        faults.append("Receipt and certificate are signed by different keys.")
    if receipt["content_digest"] != locked["content_digest"]:
        faults.append("The receipt was given for another plan.")
    elif receipt["reviewer_nonce"] != locked["reviewer_nonce"]:
        faults.append("The certificate has another number than the receipt: another order.")
    return faults


def key_faults(document: Document, public_key: str) -> list[str]:
    """Whether the key that you know has signed the certificate."""
    signed_by = document["signature"]["public_key"]
    if signed_by == public_key.strip().lower():
        return []
    return [f"The certificate is signed by another key: {signed_by}."]


def earlier_faults(document: Document, earlier: Sequence[Document]) -> list[str]:
    """Whether these files are the attempts before this one, in their order and all of them."""
    told = document["about"]["earlier_attempts"]
    written = [one for one in told if one["certificate"] is not None]
    if len(earlier) != len(written):
        return [f"{len(written)} earlier certificates are named, {len(earlier)} were given."]
    by_digest = {one["digest"]: one for one in earlier}
    faults = []
    for attempt in written:
        one = by_digest.get(str(attempt["certificate"]))
        if one is None or one["locked"]["content_digest"] != attempt["content_digest"]:
            faults.append(f"The certificate of round {attempt['round']} is not among those given.")
    for attempt, before in zip(told[1:], told, strict=False):
        one = by_digest.get(str(attempt["certificate"]))
        if one and one["locked"]["content"]["previous"] != before["content_digest"]:
            faults.append(f"The plan of round {attempt['round']} follows another one.")
    return faults

"""The random order of the checks: from a number of the server's and one of a reviewer's.

The server fixes its number by a digest in the plan before it knows the reviewer's, and the reviewer
gives theirs without knowing the server's: neither can choose the order (coin flipping by
commitment, Blum 1983). The same secret number hides the boxes behind the plan's commitments until
the certificate is written (docs/algorithms.md 1.4).
"""

import hashlib
import re
from collections.abc import Sequence

from labeling.kernel import signatures
from labeling.kernel.boxes import Box
from labeling.kernel.certificate_shapes import Receipt
from labeling.kernel.digests import digest
from labeling.kernel.errors import Invalid

RECEIPT = "boxwise-receipt/1"


def parse_nonce(given: str) -> str:
    """A number of 256 bits in hex, in small letters; Invalid for anything else."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", given):
        raise Invalid("Give 64 hexadecimal digits, at random.", where="nonce")
    return given.lower()


def nonce_digest(nonce: str) -> str:
    """What fixes a number before it is told."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def seed_of(server_nonce: str, reviewer_nonce: str) -> str:
    """The seed that both numbers give.

    It need not name the plan: that holds the digest of the one number, and the receipt of the other
    names it. So a rehearsal that fixes both repeats its order.
    """
    return hashlib.sha256(f"{server_nonce}|{reviewer_nonce}".encode()).hexdigest()


def commitment(server_nonce: str, image: str, boxes: Sequence[Box]) -> str:
    """What fixes an image's boxes before its check and tells nothing of them.

    Without the secret number an image without boxes could be recognised by its digest.
    """
    return digest([server_nonce, image, list(boxes)])


def receipt(
    private_key: str, job: str, content_digest: str, reviewer_nonce: str, given_at: str
) -> Receipt:
    """What the giver of a number keeps, signed: that it was given for this plan and no other."""
    signed = _signed_text(job, content_digest, reviewer_nonce, given_at)
    return {
        "format": RECEIPT,
        "job": job,
        "content_digest": content_digest,
        "reviewer_nonce": reviewer_nonce,
        "given_at": given_at,
        "signature": signatures.sign(private_key, signed),
    }


def is_genuine(given: Receipt) -> bool:
    """Whether the key named in a receipt has signed what it says."""
    signed = _signed_text(
        given["job"], given["content_digest"], given["reviewer_nonce"], given["given_at"]
    )
    return given["format"] == RECEIPT and signatures.is_signed(signed, given["signature"])


def _signed_text(job: str, content_digest: str, reviewer_nonce: str, given_at: str) -> str:
    return digest([RECEIPT, job, content_digest, reviewer_nonce, given_at])

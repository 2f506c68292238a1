"""On which side of a train/validation/test split an image falls: by its content alone."""

import hashlib
from collections.abc import Sequence

SPLITS = ("train", "val", "test")
DIGITS = 13  # of the hash, in hex: what a float holds exactly


def split_of(digest: str, percent: Sequence[int]) -> str:
    """The side of the image with this SHA-256; `percent` of SPLITS, which sum to 100.

    It hangs on nothing else, so no image changes sides when others come or are labelled, and the
    same image is on the same side in every job (docs/algorithms.md 9.1).
    """
    hashed = hashlib.sha256(f"split|{digest}".encode()).hexdigest()
    place = 100 * int(hashed[:DIGITS], 16) / 16**DIGITS
    train, validation, _ = percent
    if place < train:
        return SPLITS[0]
    return SPLITS[1] if place < train + validation else SPLITS[2]

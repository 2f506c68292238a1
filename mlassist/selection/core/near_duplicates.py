"""Near-duplicates: frames of one scene teach little more than one of them."""

from collections.abc import Sequence

import numpy as np

# Bits of a perceptual hash (labeling.kernel.pictures), of 64; re-encoded copies differ in 0 to 3.
ALIKE = 4
COMPARED = 4_000  # places of the order that are looked through; nobody labels that many in a round


def near_duplicates(
    hashes: Sequence[int | None], order: Sequence[int], known: Sequence[int]
) -> set[int]:
    """Which images look like a labelled one or like one before them in the order.

    `hashes`: of each image, None where it has none; `order`: places in `hashes`, best first;
    `known`: hashes of labelled images. Only the first COMPARED of the order are judged.
    """
    ahead = [i for i in order[:COMPARED] if hashes[i] is not None]
    kept = np.zeros(len(known) + len(ahead), np.uint64)
    kept[: len(known)] = _unsigned(known)
    count, found = len(known), set()
    for i, perceptual_hash in zip(ahead, _unsigned([hashes[i] or 0 for i in ahead]), strict=True):
        if count and int(np.bitwise_count(kept[:count] ^ perceptual_hash).min()) <= ALIKE:
            found.add(i)
        else:
            kept[count] = perceptual_hash
            count += 1
    return found


def _unsigned(hashes: Sequence[int]) -> np.ndarray:
    """The database keeps them signed."""
    return np.array(hashes, np.int64).view(np.uint64)

"""Near-duplicates: frames of one scene teach little more than one of them."""

from collections.abc import Sequence

import numpy as np

ALIKE = 4  # of 64 signs of brightness (kernel.pictures.look); re-encoded copies differ in 0 to 3
COMPARED = 4_000  # places of the order that are looked through; nobody labels that many in a round


def near_duplicates(
    looks: Sequence[int | None], order: Sequence[int], known: Sequence[int]
) -> set[int]:
    """Which images look like a labelled one or like one before them in the order.

    `looks`: of each image, None where it has none; `order`: places in `looks`, best first;
    `known`: looks of labelled images. Only the first COMPARED of the order are judged.
    """
    ahead = [i for i in order[:COMPARED] if looks[i] is not None]
    kept = np.zeros(len(known) + len(ahead), np.uint64)
    kept[: len(known)] = _unsigned(known)
    count, found = len(known), set()
    for i, look in zip(ahead, _unsigned([looks[i] or 0 for i in ahead]), strict=True):
        if count and int(np.bitwise_count(kept[:count] ^ look).min()) <= ALIKE:
            found.add(i)
        else:
            kept[count] = look
            count += 1
    return found


def _unsigned(looks: Sequence[int]) -> np.ndarray:
    """The database keeps them signed."""
    return np.array(looks, np.int64).view(np.uint64)

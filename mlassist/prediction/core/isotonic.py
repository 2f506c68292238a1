"""Isotonic regression: a fit that never falls."""

import numpy as np


def isotonic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(n,) least-squares fit of y that never falls as x grows, equal where x is equal.

    Pool-adjacent-violators; equal x are averaged first, or the order of ties would leak in.
    """
    values, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=y, minlength=len(values)) / counts
    blocks: list[tuple[float, int, int]] = []  # mean, weight, values in it
    for mean, count in zip(means.tolist(), counts.tolist(), strict=True):
        blocks.append((mean, count, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean_b, weight_b, many_b), (mean_a, weight_a, many_a) = blocks.pop(), blocks.pop()
            weight = weight_a + weight_b
            blocks.append(
                ((mean_a * weight_a + mean_b * weight_b) / weight, weight, many_a + many_b)
            )
    fitted = np.repeat([b[0] for b in blocks], [b[2] for b in blocks])
    return np.asarray(fitted[place])

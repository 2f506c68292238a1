"""What share of the images the machine may take after more labels: a power law of what it has not.

With equal seconds for every image that people label, another batch saves time exactly when it
raises the number of images the machine takes in the end: the batch itself is no loss, for people
would label most of it anyway, but each of its images that the machine could have taken is.
"""

from collections.abc import Sequence

import numpy as np

# How fast the share that is not acceptable falls with the labels, u = c n^-b, until a job's own
# rounds say so. Error of detectors falls about so (Hestness et al. 2017, vision: .3 to .5); two
# rounds whose labels doubled weigh as much as it does.
USUAL_EXPONENT = 0.35
_WEIGHT = float(np.log(2) ** 2 / 2)
_LEAST_OPEN = 1e-3  # share that is never acceptable: keeps the logarithm finite


def share_after(rounds: Sequence[tuple[int, float]], labels: int) -> float:
    """Acceptable share, in [0, 1], once the detector has learned from `labels` images.

    `rounds`: labels and acceptable share of each round so far, at least one, oldest first; the
    curve goes through the last.
    """
    counts = np.log([max(1, count) for count, _ in rounds])
    rest = np.log([max(_LEAST_OPEN, 1 - share) for _, share in rounds])
    x, y = counts - counts.mean(), rest - rest.mean()
    exponent = (_WEIGHT * USUAL_EXPONENT - (x * y).sum()) / (_WEIGHT + (x * x).sum())
    steps = float(np.log(max(1, labels)) - counts[-1])
    return float(1 - np.exp(rest[-1] - max(0.0, float(exponent)) * steps))


def batch_pays(rounds: Sequence[tuple[int, float]], labels: int, left: int, batch: int) -> bool:
    """Whether labelling another `batch` of the `left` images makes the machine take more of them.

    `labels`: images that a detector trained now would learn from.
    """
    now = share_after(rounds, labels) * left
    later = share_after(rounds, labels + batch) * max(0, left - batch)
    return later > now

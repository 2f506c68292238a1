"""From validation answers to decisions: acceptance threshold and candidate sets."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlassist.prediction.core.isotonic import isotonic

MARGIN = 0.005  # the loosest candidate set is estimated this far above the target
_COVERAGES = np.linspace(0.05, 1.0, 39)  # docs/algorithms.md 1.3
_LEAST_IMAGES, _LEAST_SHARE = 10, 0.05  # docs/algorithms.md 1.3
# Share of the loosest set in the strictest: half won, or nearly, in twelve kinds of simulated jobs
# (benchmarks.planning) and on birds. The most provable coverage (docs/algorithms.md 1.3) is a guess
# where few images are known; with it a chain of one set ended a rehearsal's proof at once.
_STRICTEST = 0.5


@dataclass(frozen=True)
class Point:
    """One place on the acceptance curve: the images whose confidence is at least `threshold`."""

    threshold: float
    images: int
    share: float  # of all images
    quality: float  # plain mean
    smoothed: float  # mean of the isotonic fit


@dataclass(frozen=True)
class CandidateSet:
    """The pool images whose confidence is at least `threshold`, as estimated on known images."""

    threshold: float
    size: int  # pool images
    estimate: float  # smoothed mean quality
    spread: float  # standard deviation of the quality of one image
    error: float  # standard error of the estimate


def curve(confidence: np.ndarray, quality: np.ndarray) -> list[Point]:
    """The acceptance curve, strictest threshold first, one point for each distinct confidence.

    `confidence`, `quality`: (n,). Images of equal confidence are accepted together or not at all.
    """
    if not len(confidence):
        return []
    order = np.argsort(-confidence, kind="stable")
    sure = confidence[order]
    last = np.append(sure[1:] != sure[:-1], True)  # the last image of each group of equals
    count = np.arange(1, len(sure) + 1)
    plain = np.cumsum(quality[order]) / count
    smooth = np.cumsum(isotonic(confidence, quality)[order]) / count
    return [
        Point(
            float(sure[i]),
            int(count[i]),
            float(count[i] / len(sure)),
            float(plain[i]),
            float(smooth[i]),
        )
        for i in np.flatnonzero(last)
    ]


def choose_threshold(confidence: np.ndarray, quality: np.ndarray, target: float) -> float | None:
    """The lowest validation confidence with at least max(10, 5 %) validation images at or above
    it whose mean quality is >= `target`; None where there is none (docs/algorithms.md 1.3).

    No guarantee goes with it: near the target it misses about half the time.
    """
    least = max(_LEAST_IMAGES, math.ceil(_LEAST_SHARE * len(confidence)))
    fit = [
        point.threshold
        for point in curve(confidence, quality)
        # The rounding of a sum must not turn a mean of exactly the target away.
        if point.images >= least and point.quality >= target - 1e-12
    ]
    return min(fit, default=None)


def candidate_sets(
    pool_confidence: np.ndarray,
    known_confidence: np.ndarray,
    known_quality: np.ndarray,
    target: float,
    sets: int = 6,
    doubt: float = 0.0,
    target_of: Callable[[int], float] | None = None,
) -> list[CandidateSet]:
    """At most `sets` nested sets, strictest first, to be proved in this order.

    As docs/algorithms.md 1.3 says: from half of the loosest to the loosest with mu >= target +
    .005, where mu is the isotonic-smoothed mean quality of the known images at or above a
    threshold. Thresholds are pool confidences, taken at coverages of the pool in even steps.
    `doubt` adds this many standard errors to mu when the loosest set is chosen: known labels are
    people's, whose own noise makes mu too low, and the audit proves the strict sets first, so a
    loose set too many costs some draws and never the guarantee.
    `target_of`: the target of a set of so many images, where it is not the same for all.
    Empty where nothing is estimated good enough, or there is no pool or no known image.
    """
    found = options(pool_confidence, known_confidence, known_quality)
    targets = [target_of(option.size) if target_of else target for option in found]
    good = [
        place
        for place, option in enumerate(found)
        if option.estimate + doubt * option.error >= targets[place] + MARGIN
    ]
    if not good:
        return []
    last = good[-1]
    first = next(place for place in good if found[place].size >= _STRICTEST * found[last].size)
    places = np.unique(np.linspace(first, last, sets).round().astype(int))
    return [found[place] for place in places]


def options(pool: np.ndarray, known: np.ndarray, quality: np.ndarray) -> list[CandidateSet]:
    """All candidate sets, strictest first, one for each distinct threshold.

    `pool`: (n,) confidences; `known`, `quality`: (m,) of the images whose quality is known.
    """
    if not len(pool) or not len(known):
        return []
    fitted, falling = isotonic(known, quality), np.sort(pool)[::-1]
    options: list[CandidateSet] = []
    ranks = np.unique(np.ceil(_COVERAGES * len(pool)).astype(int))
    for threshold in np.unique(falling[ranks - 1])[::-1]:
        above = known >= threshold
        if not above.any():  # stricter than every known image: nothing is known about it
            continue
        spread = quality[above].std()
        options.append(
            CandidateSet(
                float(threshold),
                int((pool >= threshold).sum()),
                float(fitted[above].mean()),
                float(spread),
                float(spread / math.sqrt(above.sum())),
            )
        )
    return options

"""Each class on its own: which images stand for it, and which of them are put to the proof."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.certification.core.exact_test import fewest_checks
from labeling.certification.core.nested_test import draws_wanted
from labeling.kernel.boxes import BoxSet
from mlassist.calibration.core.thresholds import MARGIN, CandidateSet, options

NOTHING = -1  # stands for the images in which no box counts
LEAST_KNOWN = 10  # images of a class whose quality is known, before anything is said of it


@dataclass(frozen=True)
class Chosen:
    """The set of one class, or why there is none."""

    class_id: int
    found: CandidateSet | None
    draws: int  # checks that should show it
    reason: str = ""


def stands_for(boxes: Sequence[BoxSet]) -> np.ndarray:
    """(n,) the rarest class that each image shows, NOTHING without a box.

    Rare is what has the fewest boxes in all these images. Each image belongs to one class, so that
    what is proved of a class stays true when another fails.
    """
    classes = np.concatenate([np.empty(0, np.int64), *(b.classes for b in boxes)])
    counted = {int(c): int(n) for c, n in zip(*np.unique(classes, return_counts=True), strict=True)}
    return np.array(
        [
            min((int(c) for c in b.classes), key=lambda c: (counted[c], c), default=NOTHING)
            for b in boxes
        ],
        int,
    )


def choose_sets(
    pool_class: np.ndarray,
    pool_confidence: np.ndarray,
    known_class: np.ndarray,
    known_confidence: np.ndarray,
    known_quality: np.ndarray,
    target: float,
    level: float,
    budget: int,
    *,
    exact: bool = False,
) -> list[Chosen]:
    """For each class in the pool the largest set that its part of the checks should show.

    Classes are tested by Holm's rule at `level` in all and take turns in the order of the checks,
    so each is planned at its share of both. A class that cannot be shown so is left out, and the
    others get its share. `exact`: values are 0 or 1.
    """
    trying = np.unique(pool_class).tolist()
    left_out: list[Chosen] = []
    while trying:
        share = budget // len(trying)
        chosen = []
        for class_id in trying:
            inside = known_class == class_id
            found = options(
                pool_confidence[pool_class == class_id],
                known_confidence[inside],
                known_quality[inside],
            )
            chosen.append(
                _largest(
                    class_id, found, int(inside.sum()), target, level / len(trying), share, exact
                )
            )
        failed = [one for one in chosen if one.found is None]
        if not failed:
            return sorted([*chosen, *left_out], key=lambda one: one.class_id)
        # One at a time: without it the others have more checks each.
        hardest = max(failed, key=lambda one: (one.draws, one.class_id))
        trying.remove(hardest.class_id)
        left_out.append(hardest)
    return sorted(left_out, key=lambda one: one.class_id)


def checks_for(chosen: Sequence[Chosen]) -> int:
    """Checks to show all these sets: they take turns, so each is drawn as often as the hardest
    needs, or to its end; 0 where there is none.
    """
    sets = [one for one in chosen if one.found is not None]
    most = max((one.draws for one in sets), default=0)
    return sum(min(one.found.size, most) for one in sets if one.found is not None)


def _largest(
    class_id: int,
    found: Sequence[CandidateSet],
    known: int,
    target: float,
    level: float,
    share: int,
    exact: bool,
) -> Chosen:
    if known < LEAST_KNOWN:
        few = f"only {known} labelled images show it, {LEAST_KNOWN} are needed to judge it"
        return Chosen(class_id, None, 10**9, few)
    good = [one for one in found if one.estimate - target >= MARGIN]
    if not good:
        best = max((one.estimate for one in found), default=0.0)
        low = f"its estimated quality, at best {best:.2f}, does not exceed the target"
        return Chosen(class_id, None, 10**8, low)
    draws = [
        max(
            draws_wanted(o.spread, o.estimate - target, o.size, level),
            fewest_checks(o.size, target, level) if exact else 0,
        )
        for o in good
    ]
    # A set that is mostly checked saves nobody anything.
    fitting = [
        (o.size, n, o) for o, n in zip(good, draws, strict=True) if n <= share and n <= o.size / 2
    ]
    if not fitting:
        needed, size = min((n, one.size) for one, n in zip(good, draws, strict=True))
        words = f"showing {size} images takes about {needed} checks; {share} are planned for it"
        return Chosen(class_id, None, needed, words)
    _, needed, one = max(fitting, key=lambda entry: entry[0])
    return Chosen(class_id, one, needed)

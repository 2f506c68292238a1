"""What the checks of a proof are likely to show: chances of candidate sets, and draws wanted."""

import math
from collections.abc import Callable, Sequence

from scipy.special import ndtr, ndtri

from labeling.certification.core.betting import CAP
from labeling.certification.core.exact_test import fewest_checks
from mlassist.calibration.core.thresholds import MARGIN, CandidateSet

MOST_CHECKS = 120  # that a proof usually takes
# Of a set that makes a job close. A proof that fails costs as many labels as it had checks, about
# what another batch would, and its job tries again: so one chance in five is worth taking.
LEAST_CHANCE = 0.2


def in_draws(found: Sequence[CandidateSet], checks: int, target: float, level: float) -> list[int]:
    """The places of nested sets whose exact test `checks` draws of the loosest can pass at all.

    A stricter set gets its share of the draws, less two standard deviations. One that they cannot
    show would end the chain before the looser ones are looked at.
    """
    if not found:
        return []
    total = found[-1].size
    drawn = min(checks, total)
    places = []
    for place, one in enumerate(found):
        share = one.size / total
        apart = math.sqrt(drawn * share * (1 - share) * (1 - drawn / total))
        if fewest_checks(one.size, target, level) <= drawn * share - 2 * apart:
            places.append(place)
    return places


def chance_of_proof(one: CandidateSet, target: float, level: float, checks: int) -> float:
    """Chance, in [0, 1], that `checks` draws of the set show its mean above `target` at `level`.

    As the draws are planned (docs/algorithms.md 1.4), and with the error of the estimate: with few
    known images a small gap is mostly luck.
    """
    gap = one.estimate - target
    rest = max(0.0, 1 / max(checks, 1) - 1 / one.size)  # 0 where all are drawn
    noise = one.spread * math.sqrt(rest)
    error = math.hypot(noise, one.error)
    if not error:
        return float(gap > 0)
    return float(ndtr((gap + ndtri(level) * noise) / error))


def largest_in_reach(
    found: Sequence[CandidateSet],
    level: float,
    checks: int,
    target_of: Callable[[int], float],
) -> int:
    """Images of the largest set that seems good enough and has LEAST_CHANCE of being shown."""
    return max(
        (
            one.size
            for one in found
            if one.estimate - target_of(one.size) >= MARGIN
            and chance_of_proof(one, target_of(one.size), level, checks) >= LEAST_CHANCE
        ),
        default=0,
    )


def most_expected(
    found: Sequence[CandidateSet],
    level: float,
    checks: int,
    target_of: Callable[[int], float],
) -> tuple[CandidateSet | None, float]:
    """The set whose proof is expected to give the most images, and how many: size times chance."""
    best, images = None, 0.0
    for one in found:
        asked = target_of(one.size)
        expected = one.size * chance_of_proof(one, asked, level, checks)
        if one.estimate - asked >= MARGIN and expected > images:
            best, images = one, expected
    return best, images


def usual_checks(spread: float, mean: float, target: float, size: int, level: float) -> int:
    """About how many checks a proof takes (docs/algorithms.md 1.4), MOST_CHECKS at most.

    For forecasts only: as many as let the wealth of the fastest-growing bet reach 1 / level on
    average, so many a proof takes more.

    `spread`: sd of the quality of one image, `mean`: its estimated mean, `size`: M, the images of
    the loosest set. Never more than M; MOST_CHECKS where the mean is not above the target.
    """
    gap = mean - target
    if gap <= 0 or not size:
        return min(MOST_CHECKS, size)
    square = spread**2 + gap**2
    stake = min(gap / square, CAP / max(target, 1e-9))
    endless = -math.log(level) / (stake * gap - stake**2 * square / 2)
    return min(size, MOST_CHECKS, math.ceil(endless / (1 + endless / size)))

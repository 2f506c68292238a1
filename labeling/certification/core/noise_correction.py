"""The blind check: what seeing the boxes did to the auditors, from images judged both ways.

An auditor who is shown boxes leaves near misses alone, so checks flatter the detector. So some of
the checked images, or all, are drawn blind; then the label's boxes that no drawn one matches
are revealed, one by one, and the drawer says which objects that they had overlooked. What is left
are their edges and what both missed, which are measured where two people drew and taken out. On
simulated checks of real predictions (bccd, deeppcb; true mean .57 and .59) this gave .57 and .59,
where the boxes were shown .63 and .65.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from labeling.kernel import guarantee
from labeling.kernel.annotator_noise import AnnotatorNoise, shift_of
from labeling.kernel.quality import Comparison

# How sure a shortfall must be. On simulated checks of real predictions of four data sets (70, of
# which 14 blind) .80 refused 89 to 100 % of sets .05 below their target, and at most 5 % of
# those .03 above it and none .05 above; .95 found 63 to 100 %. Without the drawers' noise known,
# their edges look like the label's, so only what is plain counts.
SURE, SURE_UNMEASURED = 0.80, 0.95
_LEAST_PAIRS = 2  # fewer have no spread


@dataclass(frozen=True)
class Pair:
    """One checked image that was also drawn blind; values as the guarantee counts them."""

    value: float  # with the boxes shown
    blind_value: float
    found: Comparison | None  # the label against the drawing; None: it could not be judged


@dataclass(frozen=True)
class Anchoring:
    """What seeing the boxes did to the auditors; all values in [0, 1], differences in [-1, 1]."""

    images: int
    blind_mean: float  # as drawn
    corrected_mean: float  # without the drawers' own misses and edges
    shown_mean: float
    bias: float  # shown - corrected
    bias_error: float  # standard error of bias
    measured: bool  # whether the drawers' noise is known; else it counts as the boxes' fault

    def judged_blind(self, values: Sequence[float], size: int) -> tuple[float, float, float]:
        """Mean of a set of `size` images with these random checks, had all been drawn blind
        and corrected of the drawers' noise, with its two-sided 95 % interval, not cut to [0, 1].

        The difference of the pairs is taken off the mean of all checks, which varies far less than
        the pairs' own blind values (prediction-powered inference, Angelopoulos et al. 2023).
        """
        mean, error = self._estimate(values, size)
        reach = self._quantile(0.975) * error
        return mean, mean - reach, mean + reach

    def holds(self, values: Sequence[float], size: int, target: float) -> bool:
        """Whether the set may be said to reach the target: it is not SURE to fall short of it."""
        mean, error = self._estimate(values, size)
        sure = SURE if self.measured else SURE_UNMEASURED
        return mean + self._quantile(sure) * error >= target - 1e-12

    def _estimate(self, values: Sequence[float], size: int) -> tuple[float, float]:
        """Mean judged blind, and its standard error."""
        unchecked = 1 - len(values) / size
        error = float(np.std(values)) * math.sqrt(unchecked / len(values))
        return float(np.mean(values)) - self.bias, math.hypot(self.bias_error, error)

    def _quantile(self, level: float) -> float:
        return float(stdtrit(self.images - 1, level))


def anchoring(kind: str, pairs: Sequence[Pair], noise: AnnotatorNoise) -> Anchoring | None:
    """Compare the two judgements of the same images; None with fewer than two pairs.

    `kind`: of the guarantee (core.guarantee).
    """
    if len(pairs) < _LEAST_PAIRS:
        return None
    shown = np.array([pair.value for pair in pairs])
    blind = np.array([pair.blind_value for pair in pairs])
    corrected = blind * noise_correction(kind, [pair.found for pair in pairs], noise)
    difference = shown - corrected
    return Anchoring(
        len(pairs),
        float(blind.mean()),
        float(corrected.mean()),
        float(shown.mean()),
        float(difference.mean()),
        float(difference.std(ddof=1) / math.sqrt(len(pairs))),
        noise.images > 0,
    )


def noise_correction(kind: str, drawn: Sequence[Comparison | None], noise: AnnotatorNoise) -> float:
    """What the mean of blind values is to be multiplied by, to undo what the drawers' noise did.

    `drawn`: labels against blind drawings to which overlooked objects were added; None where
    the image could not be judged.
    """
    found = [one for one in drawn if one is not None]
    if kind == guarantee.DEFECT_FREE:
        # a label that misses an object passes if its checker missed it, too
        passed = sum(one.defect_free for one in found)
        only_misses = sum(not one.false_positives and one.false_negatives > 0 for one in found)
        unseen = only_misses * (1 - noise.sensitivity) / noise.sensitivity
        return max(0.0, passed - unseen) / passed if passed else 1.0
    both = sum(one.true_positives for one in found)
    if not both:
        return 1.0
    wrong = sum(one.false_positives for one in found)
    missed = sum(one.false_negatives for one in found)
    objects = (both + wrong + missed) / (both + wrong + missed / noise.sensitivity)
    # Boxes that the drawer took over from the label say nothing of its edges.
    taken = sum(one.identical for one in found)
    overlap = sum(one.matched_iou for one in found)
    if taken == both:
        return objects
    off = shift_of((overlap - taken) / (both - taken))
    own = math.sqrt(max(0.0, off**2 - noise.shift**2))
    return objects * both * (1 - own) / (1 + own) / overlap

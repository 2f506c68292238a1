"""What the images that judged the detector let expect of each set, before its first check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from labeling.kernel.certificate_shapes import ExpectedSet

# Values that stand for those images, and count as so many draws. One of them is 0, whatever was
# seen: where all calibration images were good and a tenth of the set is missed, sets .13 above
# their target were shown in .95 of the runs instead of .89, for 5 checks more where nothing is.
KNOWN = 40
# The confidence is an expected quality, so about 1 is usual; steeper ones come of a few images
# whose confidences are nearly the same, and would only add noise.
STEEPEST = 2.0
_DIGITS = 4


@dataclass(frozen=True)
class Expected:
    """What the bets of a plan start from; each row belongs to one of its J sets."""

    confidence: np.ndarray  # (M,) of the images in the locked order, in [0, 1]
    values: np.ndarray  # (J, KNOWN) qualities to be expected, in [0, 1]
    controlled: np.ndarray  # (J, KNOWN) the same less what the confidence foretells
    slopes: np.ndarray  # (J,) quality that comes with a unit of confidence, in [0, STEEPEST]

    @classmethod
    def of(cls, confidence: Sequence[float], sets: Sequence[ExpectedSet]) -> "Expected":
        """As a certificate holds it."""
        return cls(
            np.array(confidence, float),
            np.array([one["values"] for one in sets], float),
            np.array([one["controlled"] for one in sets], float),
            np.array([one["slope"] for one in sets], float),
        )

    def of_set(self, rank: int) -> "Expected":
        """That of one set alone."""
        own = slice(rank, rank + 1)
        return replace(
            self,
            values=self.values[own],
            controlled=self.controlled[own],
            slopes=self.slopes[own],
        )


def expected_of(confidence: np.ndarray, quality: np.ndarray) -> ExpectedSet:
    """What is expected of a set whose calibration images have these, both (n,) with n >= 1.

    A 0 and KNOWN - 1 quantiles stand for them, so that a file stays short however many there are.
    """
    apart = confidence - confidence.mean()
    spread = float(apart @ apart)
    slope = float(apart @ quality) / spread if spread > 1e-12 else 0.0
    slope = round(min(STEEPEST, max(0.0, slope)), _DIGITS)
    return {
        "values": _quantiles(quality),
        "controlled": _quantiles(quality - slope * apart),
        "slope": slope,
    }


def _quantiles(values: np.ndarray) -> list[float]:
    found = np.quantile(values, (np.arange(KNOWN - 1) + 0.5) / (KNOWN - 1))
    return [0.0, *(round(float(value), _DIGITS) for value in found)]

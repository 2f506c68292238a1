"""What a certificate may guarantee, and what that asks of a set of accepted images."""

from collections.abc import Sequence
from dataclasses import dataclass

from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import compare

# Kinds; all are shown by the same audit. DATASET counts people's labels as right.
QUALITY, DEFECT_FREE, DATASET = "quality", "defect_free", "dataset"


def value(kind: str, predicted: BoxSet, truth: BoxSet) -> float:
    """What one checked image counts, in [0, 1]: its quality, or whether it is without a defect."""
    found = compare(predicted, truth)
    return float(found.defect_free) if kind == DEFECT_FREE else found.quality


@dataclass(frozen=True)
class Guarantee:
    """What kind of guarantee is made, and of what."""

    kind: str
    images: int = 0  # in the whole data set
    granted: float = 0.0  # shortfall that earlier accepted sets may have, in whole images

    def set_target(self, target: float, size: int) -> float:
        """The mean that a set of `size` accepted images must have, in [0, 1].

        For the finished data set a shortfall of 1 - target in all may lie in the set alone, but for
        what is granted to earlier ones: 1 - ((1 - target) images - granted) / size
        (docs/algorithms.md 1.3).
        """
        if self.kind != DATASET or not size:
            return target
        allowed = max(0.0, (1 - target) * self.images - self.granted)
        return max(0.0, 1 - allowed / size)


def of_the_rest(target: float, images: int, left: int) -> float:
    """What a mean of `target` over `images` says of the `left` of them that were not excluded, in
    [0, 1]: the whole shortfall may lie in these."""
    return max(0.0, 1 - (1 - target) * images / left) if left else 0.0


def aim(kind: str, target: float, risk: float, *, per_class: bool = False) -> str:
    """The guarantee of a job that has no audit plan yet."""
    what = {
        QUALITY: "Mean quality of what is accepted",
        DEFECT_FREE: "Share of what is accepted without a defect",
        DATASET: "Mean quality of all images, people's labels counted as right,",
    }[kind]
    each = ", for each class on its own," if per_class else ""
    return f"{what}{each} ≥ {target:.2f} with risk ≤ {risk:.0%}"


def claim(
    kind: str, target: float, risk: float, size: int, images: int, classes: Sequence[str] = ()
) -> str:
    """The guarantee in one line; `classes`: those that are shown each on its own."""
    what = {
        QUALITY: f"Mean quality of the {size} accepted ≥ {target:.2f}",
        DEFECT_FREE: f"Share of the {size} accepted without a defect ≥ {target:.2f}",
        DATASET: f"Mean quality of the {images} images that the data set had when the audit began "
        f"≥ {target:.2f}, people's labels counted as right; {size} accepted",
    }[kind]
    where = "in each of" if len(classes) > 1 else "for"
    each = f", {where} {', '.join(classes)}," if classes else ""
    return f"{what}{each} with risk ≤ {risk:.0%}"

"""What blind checks made twice tell of the checkers; told only, it corrects nothing
(docs/algorithms.md 1.9)."""

from collections.abc import Sequence

from labeling.kernel.annotator_noise import AnnotatorNoise
from labeling.kernel.boxes import pack
from labeling.kernel.certificate_shapes import CheckedTwice, Draw
from labeling.kernel.quality import compare
from labeling.kernel.sampling import checked_twice


def measure(draws: Sequence[Draw], seed: str) -> CheckedTwice | None:
    """Of the random share of images that two people drew; None where they are too few to tell.

    Checks that were made again because the first was incomplete are no random ones.
    """
    twice = [
        (pack(draw["drawn"] or []), pack(draw["boxes"]), pack(draw["blind_drawn"] or []))
        for draw in draws
        if checked_twice(draw["image"], seed)
        and draw["boxes"] is not None
        and draw["blind_boxes"] is not None
    ]
    noise = AnnotatorNoise.between([(first, second) for first, _, second in twice])
    if noise is None:
        return None
    known = sum(len(final) for _, final, _ in twice)
    drawn = sum(len(second) for *_, second in twice)
    both = sum(compare(final, second).true_positives for _, final, second in twice)
    objects = (known + 1) * (drawn + 1) / (both + 1) - 1  # Chapman
    return {
        "images": noise.images,
        "agreement": noise.sensitivity / (2 - noise.sensitivity),
        "sensitivity": noise.sensitivity,
        "unseen": max(0.0, 1 - known / objects),
    }

"""The numbers of one training, with the reason for each."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from labeling.kernel.errors import Invalid
from mlassist.detectors.designs import MOBILENET_V2, SMALL, TITLES


@dataclass(frozen=True)
class Recipe:
    """How a detector is trained; the defaults are what won (docs/algorithms.md 6.2).

    Probabilities and shares lie in [0, 1]; rates are AdamW learning rates.
    """

    steps: int  # fixed, not by loss: held-out images must never choose when to stop
    batch: int = 8  # larger is slower per image on 2 cores, smaller is noisier
    rate: float = 1e-3  # SGD was .013 worse in quality
    backbone_rate: float = 0.2  # factor on `rate`: pretrained features need less change
    weight_decay: float = 0.01  # AdamW's usual value; not tuned
    warmup_steps: int = 30  # the new heads' first gradients would spoil the backbone
    final_rate: float = 0.01  # the cosine ends at this share of `rate`
    clip: float = 10.0  # largest gradient norm; a safety belt, rarely reached
    ema: float = 0.99  # weights averaged over about 100 steps, ramped from the start
    crop: float = 0.5  # share of pictures shown as a random part
    zoom_out: float = 0.3  # share shown smaller; both windows are for long trainings: at 300 steps
    # they neither helped nor hurt (.759 against .760)
    zoom_most: float = 2.0  # farther and small objects vanish
    aspect: float = 1.25  # largest change of shape
    flip: float = 0.5  # pictures have no left and right worth learning
    colour: float = 0.25  # brightness, contrast, saturation up or down by at most this
    plain_share: float = 0.15  # last steps without augmentation: learn the pictures as they are
    checkpoint_seconds: float = 60.0  # most work lost when a worker dies

    @classmethod
    def for_design(cls, design: str, images: int, *, warm: bool, effort: float = 1.0) -> Self:
        """The recipe for `images` training pictures, in `effort` times the usual steps.

        `warm`: starting from an earlier detector of the job: half the rate, half the steps.
        Raises Invalid for an unknown design.
        """
        if design not in TITLES:
            raise Invalid(f"Unknown design {design!r}.", where="design")
        if design == SMALL:
            # About a minute on 2 cores at 50 to 150 pictures. From random weights all of it learns
            # at the full rate, and in so few steps random windows only delay (drawn scenes, 100
            # pictures, 300 steps: quality .82 with, .86 without).
            recipe = cls(
                steps=min(600, 225 + images), rate=2e-3, backbone_rate=1.0, crop=0.0, zoom_out=0.0
            )
        elif design == MOBILENET_V2:
            recipe = cls(steps=min(900, max(300, 9 * images)))
        else:
            # COCO weights need less change; not tuned, for want of these weights.
            rate = 2e-4 if "resnet50" in design else 5e-4
            recipe = cls(steps=min(900, max(300, 9 * images)), rate=rate)
        if warm:
            recipe = replace(recipe, steps=recipe.steps // 2, rate=recipe.rate / 2)
        return replace(recipe, steps=max(1, round(recipe.steps * effort)))

    def share_at(self, step: int) -> float:
        """The share of the full rate at a step (from 0): linear warm-up, then half a cosine."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.final_rate + (1 - self.final_rate) * (1 + math.cos(math.pi * done)) / 2

    def to_json(self) -> dict[str, float]:
        """Plain numbers by field name."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, float]) -> Self:
        """What to_json gave; Invalid where names are missing or unknown."""
        names = {field.name for field in fields(cls)}
        if set(document) != names:
            odd = sorted(names ^ set(document))
            raise Invalid(f"Not a recipe: {', '.join(odd)} missing or unknown.", where="recipe")
        return cls(**document)  # type: ignore[arg-type]  # whole numbers came as such

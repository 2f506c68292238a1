"""Seconds that an image takes a person, drawn or with suggestions, from its predicted boxes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from labeling.kernel.boxes import BoxSet

DRAW, CORRECT, VERIFY = "draw", "correct", "verify"  # ways to label an image
START_WEIGHT = 50  # answers that a start value counts for (docs/algorithms.md 7.1)
COMPARED = 20  # answers of each way before two ways are compared


@dataclass(frozen=True)
class Seconds:
    """What each action takes a person; start values of docs/algorithms.md 7.1, in seconds.

    Scores of boxes are taken for chances that there is an object (core.box_scores).
    """

    open: float = 2.0
    search: float = 2.0  # look an empty canvas over
    scan: float = 1.5  # look for what suggestions missed
    draw: float = 7.0
    inspect: float = 1.0  # at one of several shown boxes, and accept it
    verify: float | None = None  # one box shown alone, its mending included; None: not known
    fix: float = 4.5
    delete: float = 1.5
    fix_share: float = 0.15  # of the suggested boxes that are right but off; a medium detector's

    @classmethod
    def measured(cls, timing: Mapping[str, Mapping[str, float]]) -> Self:
        """The start values drawn towards people's own medians, each start counting START_WEIGHT
        answers.

        `timing`: by kind of core.timing, {"seconds", "answers"}. How boxes shown one by one compare
        with all at once is only judged where both were measured, so neither is guessed.
        """

        def drawn(start: float, kind: str) -> float:
            found = timing.get(kind, {"seconds": start, "answers": 0})
            weight = START_WEIGHT + found["answers"]
            return (START_WEIGHT * start + found["answers"] * found["seconds"]) / weight

        both = all(
            timing.get(k, {}).get("answers", 0) >= COMPARED for k in ("accepted", "verified")
        )
        return cls(
            search=max(0.5, drawn(cls.open + cls.search, "empty") - cls.open),
            draw=drawn(cls.draw, "drawn"),
            inspect=drawn(cls.inspect, "accepted"),
            verify=timing["verified"]["seconds"] if both else None,
            fix=drawn(cls.fix, "adjusted"),
        )

    def shows(self, boxes: BoxSet) -> np.ndarray:
        """(n,) bool: which boxes save time as suggestions: looking at one, mending it if it is
        right and deleting it if not takes less than drawing what it would have shown.
        """
        chance = boxes.scores
        kept = chance * self.fix_share * self.fix + (1 - chance) * self.delete
        return np.asarray(self.inspect + kept < chance * self.draw, bool)

    def to_draw(self, boxes: BoxSet) -> float:
        """Expected seconds to label the image from a blank canvas."""
        return self.open + self.search + expected_objects(boxes) * self.draw

    def to_correct(self, boxes: BoxSet) -> float:
        """Expected seconds to correct the boxes that it `shows` as suggestions."""
        shown = boxes.scores[self.shows(boxes)]
        right = float(shown.sum())
        missed = expected_objects(boxes) - right
        mending = right * self.fix_share * self.fix + (len(shown) - right) * self.delete
        return self.open + self.scan + self.inspect * len(shown) + mending + missed * self.draw

    def route(self, boxes: BoxSet) -> str:
        """The way to label the image that is expected to take least: DRAW, CORRECT or VERIFY.

        Boxes come one by one unless people were measured to be faster with all at once.
        """
        shown = boxes.scores[self.shows(boxes)]
        correcting = self.to_correct(boxes)
        if not len(shown) or correcting >= self.to_draw(boxes):
            return DRAW
        if self.verify is None:
            return VERIFY
        missed = expected_objects(boxes) - float(shown.sum())
        one_by_one = self.open + self.scan + self.verify * len(shown) + missed * self.draw
        return VERIFY if one_by_one <= correcting else CORRECT


def expected_objects(boxes: BoxSet, class_id: int | None = None) -> float:
    """Sum of the chances of all boxes, faint ones included; of one class if given."""
    scores = boxes.scores if class_id is None else boxes.scores[boxes.classes == class_id]
    return float(scores.sum())

"""How simulated people see, draw, correct and check (docs/algorithms.md 4 and 7)."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from labeling.kernel.boxes import Box, iou_matrix, pack, without_scores

# Seconds of each action, docs/algorithms.md 7.1
OPEN, SEARCH, SCAN, DRAW, VERIFY, FIX, DELETE = 2.0, 2.0, 1.5, 7.0, 2.0, 4.5, 1.5
LEFT_ALONE = 0.80  # overlap from which someone who is shown a box leaves it as it is
SAME_OBJECT = 0.50


def _matching(box: Box, others: list[Box]) -> list[Box]:
    """Those of its class that overlap it enough to be the same object."""
    if not others:
        return []
    overlap = iou_matrix(pack([box]).coords, pack(others).coords)[0].tolist()
    return [
        other
        for other, share in zip(others, overlap, strict=True)
        if share >= SAME_OBJECT and other["class_id"] == box["class_id"]
    ]


@dataclass
class Person:
    """One simulated annotator or reviewer."""

    rng: np.random.Generator
    sensitivity: float = 0.94  # chance to see an object
    sigma: float = 0.035  # noise of an edge, share of the box's side
    false_rate: float = 0.01  # extra boxes per image

    @classmethod
    def reviewer(cls, rng: np.random.Generator) -> Self:
        """Who checks is not who draws: a little better, as picked reviewers are."""
        return cls(rng, sensitivity=0.97, sigma=0.028, false_rate=0.005)

    def draw(
        self, truth: list[Box], size: tuple[int, int], classes: int
    ) -> tuple[list[Box], float]:
        """Boxes drawn from a blank canvas, and the seconds it took."""
        boxes = [self._noisy(b, size) for b in truth if self.rng.random() < self.sensitivity]
        if self.rng.random() < self.false_rate:
            boxes.append(self._imagined(size, classes))
        return boxes, OPEN + SEARCH + DRAW * len(boxes)

    def correct(
        self, shown: list[Box], truth: list[Box], size: tuple[int, int]
    ) -> tuple[list[Box], float]:
        """Boxes after correcting what is shown: good ones stay as they are, which is human."""
        seconds = OPEN + SCAN + 0.5 * VERIFY * len(shown)
        if not truth or not shown:
            drawn = [self._noisy(b, size) for b in truth if self.rng.random() < self.sensitivity]
            return drawn, seconds + DELETE * len(shown) + DRAW * len(drawn)
        overlap = iou_matrix(pack(shown).coords, pack(truth).coords)
        same = np.array([[s["class_id"] == t["class_id"] for t in truth] for s in shown])
        boxes: list[Box] = []
        free = set(range(len(truth)))
        for i in np.argsort(-overlap.max(1)):
            candidates = [j for j in free if overlap[i, j] >= SAME_OBJECT]
            if not candidates:
                seconds += DELETE
                continue
            j = max(candidates, key=lambda j: overlap[i, j])
            free.remove(j)
            if overlap[i, j] >= LEFT_ALONE and same[i, j]:
                boxes += without_scores([shown[int(i)]])
            else:
                seconds += FIX
                boxes.append(self._noisy(truth[j], size))
        for j in sorted(free):
            if self.rng.random() < self.sensitivity:
                seconds += DRAW
                boxes.append(self._noisy(truth[j], size))
        return boxes, seconds

    def compare(
        self, drawn: list[Box], revealed: list[Box], truth: list[Box]
    ) -> tuple[list[Box], float]:
        """The drawing with the revealed boxes that show an object it overlooked, and the seconds.

        `revealed`: the label's boxes that no drawn one matches, shown one by one.
        """
        added: list[Box] = []
        for box in revealed:
            there = _matching(box, truth)
            if there and not any(_matching(one, drawn + added) for one in there):
                added += without_scores([box])
        return drawn + added, VERIFY * len(revealed)

    def _noisy(self, box: Box, size: tuple[int, int]) -> Box:
        width, height = box["x2"] - box["x1"], box["y2"] - box["y1"]
        e = self.rng.normal(0, self.sigma, 4) * (width, height, width, height)
        x1, y1 = max(0.0, box["x1"] + e[0]), max(0.0, box["y1"] + e[1])
        x2, y2 = min(float(size[0]), box["x2"] + e[2]), min(float(size[1]), box["y2"] + e[3])
        if x2 - x1 < 1 or y2 - y1 < 1:
            x1, y1, x2, y2 = box["x1"], box["y1"], box["x2"], box["y2"]
        return {
            "class_id": box["class_id"],
            "x1": float(x1),
            "y1": float(y1),
            "x2": float(x2),
            "y2": float(y2),
        }

    def _imagined(self, size: tuple[int, int], classes: int) -> Box:
        x, y = self.rng.uniform(0, 0.7, 2) * size
        width, height = self.rng.uniform(0.1, 0.3, 2) * size
        return {
            "class_id": int(self.rng.integers(classes)),
            "x1": float(x),
            "y1": float(y),
            "x2": float(x + width),
            "y2": float(y + height),
        }

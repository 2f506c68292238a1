"""Which images people should label next: most expected objects per second, a quarter at random."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from labeling.core.boxes import BoxSet
from mlassist.core.likeness import near_duplicates

CROWDED = 0.02  # share of images with the most objects: slow now, better later with suggestions
_ENOUGH_COVERED = 0.5  # estimated share from which acceptable images are left alone
# Of every 20 images 5 are random, which keeps the training set honest, and 2 are for the rarest
# class (docs/algorithms.md 5.1).
_CYCLE, _RANDOM_EVERY, _RARE_PLACES = 20, 4, (0, 10)
DRAW, CORRECT, VERIFY = "draw", "correct", "verify"  # ways to label an image
START_WEIGHT = 50  # answers that a start value counts for (docs/algorithms.md 7.1)
COMPARED = 20  # answers of each way before two ways are compared
_SEEN = 0.3  # expected objects from which an image counts as showing a class


@dataclass(frozen=True)
class Seconds:
    """What each action takes a person; start values of docs/algorithms.md 7.1, in seconds.

    Scores of boxes are taken for chances that there is an object (core.boxscores).
    """

    open: float = 2.0
    search: float = 2.0  # look an empty canvas over
    scan: float = 1.5  # look for what suggestions missed
    draw: float = 7.0
    look: float = 1.0  # at one of several shown boxes, and accept it
    verify: float | None = None  # one box shown alone, its mending included; None: not known
    fix: float = 4.5
    delete: float = 1.5
    fix_share: float = 0.15  # of the suggested boxes that are right but off; a medium detector's

    @classmethod
    def measured(cls, paces: Mapping[str, Mapping[str, float]]) -> Self:
        """The start values drawn towards people's own medians, each start counting START_WEIGHT
        answers.

        `paces`: by kind of core.paces, {"seconds", "answers"}. How boxes shown one by one compare
        with all at once is only judged where both were measured, so neither is guessed.
        """

        def drawn(start: float, kind: str) -> float:
            found = paces.get(kind, {"seconds": start, "answers": 0})
            weight = START_WEIGHT + found["answers"]
            return (START_WEIGHT * start + found["answers"] * found["seconds"]) / weight

        both = all(paces.get(k, {}).get("answers", 0) >= COMPARED for k in ("accepted", "verified"))
        return cls(
            search=max(0.5, drawn(cls.open + cls.search, "empty") - cls.open),
            draw=drawn(cls.draw, "drawn"),
            look=drawn(cls.look, "accepted"),
            verify=paces["verified"]["seconds"] if both else None,
            fix=drawn(cls.fix, "adjusted"),
        )

    def shows(self, boxes: BoxSet) -> np.ndarray:
        """(n,) bool: which boxes save time as suggestions: looking at one, mending it if it is
        right and deleting it if not takes less than drawing what it would have shown.
        """
        chance = boxes.scores
        kept = chance * self.fix_share * self.fix + (1 - chance) * self.delete
        return np.asarray(self.look + kept < chance * self.draw, bool)

    def to_draw(self, boxes: BoxSet) -> float:
        """Expected seconds to label the image from a blank canvas."""
        return self.open + self.search + expected_objects(boxes) * self.draw

    def to_correct(self, boxes: BoxSet) -> float:
        """Expected seconds to correct the boxes that it `shows` as suggestions."""
        shown = boxes.scores[self.shows(boxes)]
        right = float(shown.sum())
        missed = expected_objects(boxes) - right
        mending = right * self.fix_share * self.fix + (len(shown) - right) * self.delete
        return self.open + self.scan + self.look * len(shown) + mending + missed * self.draw

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


@dataclass(frozen=True)
class Choice:
    """An unlabelled image as the ranking sees it."""

    key: str  # stable name of the image
    boxes: BoxSet  # all predicted boxes, faint ones included; scores are chances
    acceptable: bool = False  # the machine would take it as things stand
    look: int | None = None  # see labeling.pictures.look


def expected_objects(boxes: BoxSet, class_id: int | None = None) -> float:
    """Sum of the chances of all boxes, faint ones included; of one class if given."""
    scores = boxes.scores if class_id is None else boxes.scores[boxes.classes == class_id]
    return float(scores.sum())


def rank(
    choices: Sequence[Choice],
    *,
    seed: int,
    labelled: Mapping[int, int],
    suggestions: bool,
    estimated_share: float = 0.0,
    seconds: Seconds | None = None,
    labelled_looks: Sequence[int] = (),
) -> list[float | None]:
    """The priority of every image in (0, 1], all different, higher first; None: choose it last.

    Any first part of the order holds one image in four at random (by hash of seed and key) and
    one in ten, as long as there are any, that seems to show the class with the fewest boxes in
    `labelled` (boxes by class id so far). The others come by expected objects per second of work.
    None go to the 2 % with the most objects, to near-duplicates of a labelled image or of one that
    comes before (core.likeness; `labelled_looks`) and, once `estimated_share` exceeds one half, to
    acceptable images, for these will need no people.
    `suggestions`: whether people will see the boxes that save them time.
    """
    times = seconds or Seconds()
    objects = np.array([expected_objects(choice.boxes) for choice in choices])
    left_out = set(np.argsort(-objects, kind="stable")[: int(CROWDED * len(choices))].tolist())
    if estimated_share > _ENOUGH_COVERED:
        left_out |= {i for i, choice in enumerate(choices) if choice.acceptable}
    open_to = [i for i in range(len(choices)) if i not in left_out]
    spent = {
        i: min(times.to_draw(choices[i].boxes), times.to_correct(choices[i].boxes))
        if suggestions
        else times.to_draw(choices[i].boxes)
        for i in open_to
    }
    chance = {i: _hash(seed, choices[i].key) for i in open_to}
    best = sorted(open_to, key=lambda i: (-objects[i] / spent[i], chance[i]))
    rare = _rarest(choices, open_to, spent, labelled)
    order = list(_interleave(sorted(open_to, key=chance.__getitem__), rare, best))
    doubles = near_duplicates([choice.look for choice in choices], order, labelled_looks)
    priorities: list[float | None] = [None] * len(choices)
    for place, i in enumerate(order):
        if i not in doubles:
            priorities[i] = 1 - place / len(open_to)
    return priorities


def _rarest(
    choices: Sequence[Choice],
    open_to: Sequence[int],
    spent: Mapping[int, float],
    labelled: Mapping[int, int],
) -> list[int]:
    """Images that seem to show the least labelled class that is seen anywhere, best first."""
    if len(labelled) < 2:
        return []
    for class_id in sorted(labelled, key=lambda c: (labelled[c], c)):
        shown = {i: expected_objects(choices[i].boxes, class_id) for i in open_to}
        seen = [i for i in open_to if shown[i] >= _SEEN]
        if seen:
            return sorted(seen, key=lambda i: -shown[i] / spent[i])
    return []


def _interleave(
    by_chance: Sequence[int], rare: Sequence[int], best: Sequence[int]
) -> Iterator[int]:
    taken: set[int] = set()
    queues = [iter(by_chance), iter(rare), iter(best)]

    def following(queue: Iterator[int]) -> int | None:
        return next((i for i in queue if i not in taken), None)

    for place in range(len(best)):
        kind = (
            0
            if place % _RANDOM_EVERY == _RANDOM_EVERY - 1
            else (1 if place % _CYCLE in _RARE_PLACES else 2)
        )
        found = following(queues[kind])
        if found is None:  # no more images of a rare class
            found = following(queues[2])
        assert found is not None
        taken.add(found)
        yield found


def _hash(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()

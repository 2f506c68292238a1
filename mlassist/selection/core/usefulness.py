"""Which images people should label next: most expected objects per second, a quarter at random."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.kernel.boxes import BoxSet
from mlassist.prediction.core.annotation_time import Seconds, expected_objects
from mlassist.selection.core.near_duplicates import near_duplicates

CROWDED = 0.02  # share of images with the most objects: slow now, better later with suggestions
_ENOUGH_COVERED = 0.5  # estimated share from which acceptable images are left alone
# Of every 20 images 5 are random, which keeps the training set honest, and 2 are for the rarest
# class (docs/algorithms.md 5.1).
_CYCLE, _RANDOM_EVERY, _RARE_PLACES = 20, 4, (0, 10)
_SEEN = 0.3  # expected objects from which an image counts as showing a class


@dataclass(frozen=True)
class Choice:
    """An unlabelled image as the ranking sees it."""

    key: str  # stable name of the image
    boxes: BoxSet  # all predicted boxes, faint ones included; scores are chances
    acceptable: bool = False  # the machine would take it as things stand
    perceptual_hash: int | None = None  # see labeling.kernel.pictures.perceptual_hash


def rank(
    choices: Sequence[Choice],
    *,
    seed: int,
    labelled: Mapping[int, int],
    suggestions: bool,
    estimated_share: float = 0.0,
    seconds: Seconds | None = None,
    labelled_hashes: Sequence[int] = (),
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
    doubles = near_duplicates(
        [choice.perceptual_hash for choice in choices], order, labelled_hashes
    )
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

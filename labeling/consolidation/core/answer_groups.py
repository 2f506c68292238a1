"""Where box sets differ: people on one image, group by group; and two labels, box by box."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from labeling.consolidation.core.grouping import Answers, tabulate
from labeling.kernel.boxes import Box, BoxSet, assign, iou_matrix, unpack
from labeling.kernel.json_shapes import LabelDetail

SAME = 0.95  # overlap from which two boxes count as the same
FLOOR = 0.2  # overlap below which two boxes are two objects
CLASS_BONUS = 0.25  # what a shared class adds to the overlap when pairs are chosen


@dataclass(frozen=True)
class Drawn:
    """One person's box of a group."""

    person: int  # place among the answers
    box: Box
    overlap: float  # with the group's reference box, in [0, 1]


@dataclass(frozen=True)
class Group:
    """Boxes that consolidation takes for one object."""

    drawn: tuple[Drawn, ...]
    merged: int | None  # place in the label's boxes; None where it was left out
    mean: Box  # the label's box, else the median of what was drawn
    agreement: float  # sum of overlaps of those who agree on the class / people, in [0, 1]


def groups(answers: Answers, label: BoxSet) -> list[Group]:
    """The groups of one image's answers, least agreement first.

    Boxes of the label that nobody drew (a reviewer's) form groups of their own.
    """
    sites = tabulate([answers])
    kept = _places(sites.coords, sites.drew, label)
    people = len(answers.annotators)
    found = []
    for j in range(len(sites.image)):
        slots = np.flatnonzero(sites.drew[j])
        coords, kinds = sites.coords[j][slots], sites.classes[j][slots]
        merged = kept.get(j)
        if merged is None:
            values, counts = np.unique(kinds, return_counts=True)
            kind = int(values[counts.argmax()])
            middle = np.median(coords[kinds == kind], axis=0)
        else:
            kind, middle = int(label.classes[merged]), label.coords[merged]
        overlap = iou_matrix(coords, middle[None])[:, 0]
        boxes = unpack(BoxSet(coords, kinds, np.ones(len(slots))), scored=False)
        drawn = tuple(
            Drawn(int(slot), box, round(float(o), 4))
            for slot, box, o in zip(slots, boxes, overlap, strict=True)
        )
        agreement = float(overlap[kinds == kind].sum()) / people if merged is not None else 0.0
        found.append(Group(drawn, merged, _box(middle, kind), round(agreement, 4)))
    lone = set(range(len(label))) - set(kept.values())
    found += [Group((), i, _box(label.coords[i], int(label.classes[i])), 1.0) for i in lone]
    return sorted(found, key=lambda g: (g.agreement, g.mean["y1"], g.mean["x1"]))


def _places(coords: np.ndarray, drew: np.ndarray, label: BoxSet) -> dict[int, int]:
    """Which of the label's boxes each group became: group → place, by overlap with its members."""
    if not len(coords) or not len(label):
        return {}
    score = np.zeros((len(coords), len(label)))
    for j in range(len(coords)):
        score[j] = iou_matrix(coords[j][drew[j]], label.coords).mean(0)
    rows, cols = assign(score)
    return {int(j): int(i) for j, i in zip(rows, cols, strict=True) if score[j, i] >= FLOOR}


def _box(coords: np.ndarray, kind: int) -> Box:
    x1, y1, x2, y2 = np.round(coords, 4).tolist()
    return {"class_id": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2}


Kind = Literal["same", "moved", "relabelled", "removed", "added"]


@dataclass(frozen=True)
class Change:
    """What became of one box between two labels."""

    kind: Kind
    left: int | None  # place in the first label
    right: int | None
    overlap: float


def changes(left: BoxSet, right: BoxSet) -> list[Change]:
    """Pairs of the largest total overlap, a shared class preferred; the rest removed or added."""
    overlap = iou_matrix(left.coords, right.coords)
    same = left.classes[:, None] == right.classes[None, :]
    gain = np.where(overlap >= FLOOR, overlap + CLASS_BONUS * same, 0.0)
    rows, cols = assign(gain)
    found, used_left, used_right = [], set(), set()
    for i, j in zip(rows.tolist(), cols.tolist(), strict=True):
        if gain[i, j] <= 0:
            continue
        used_left.add(i)
        used_right.add(j)
        still: Kind = "same" if overlap[i, j] >= SAME else "moved"
        kind: Kind = still if same[i, j] else "relabelled"
        found.append(Change(kind, i, j, round(float(overlap[i, j]), 4)))
    found += [Change("removed", i, None, 0.0) for i in range(len(left)) if i not in used_left]
    found += [Change("added", None, j, 0.0) for j in range(len(right)) if j not in used_right]
    return found


def doubt(detail: LabelDetail) -> float:
    """How far a people's label may be wrong, in [0, 1], from what consolidation stored with it.

    The larger of EM's expected errors left in the image (capped at 1) and the distance of the
    person who agrees least with the label. 0 for one person's answer: there is nothing to compare.
    """
    least = min(detail.get("agreement", ()), default=1.0)
    return max(min(1.0, detail.get("risk", 0.0)), 1 - least)

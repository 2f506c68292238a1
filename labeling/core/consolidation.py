"""Many answers to one box set per image: group the boxes, then fuse each group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.core.boxes import BoxSet, iou_matrix

GROUP_IOU = 0.4  # boxes of one object overlap at least this much on average


@dataclass(frozen=True)
class Answers:
    """The answers on one image, at most one per annotator; an empty box set counts as looked at."""

    image: int
    annotators: tuple[int, ...]
    boxes: tuple[BoxSet, ...]


@dataclass(frozen=True)
class Merged:
    """One image's consolidated boxes and how sure each is."""

    image: int
    boxes: BoxSet  # scores: probability that the object exists
    votes: tuple[int, ...]  # people who drew each box
    spread: tuple[float, ...]  # sd of an edge relative to the box's side
    method: str
    risk: float  # expected errors left in this image, EM only; 0 otherwise


@dataclass(frozen=True)
class Sites:
    """All groups of all images as one dense table: rows are groups, columns are answer slots."""

    image: np.ndarray  # (J,) index into the answers
    drew: np.ndarray  # (J, W) bool
    coords: np.ndarray  # (J, W, 4), zeros where not drawn
    classes: np.ndarray  # (J, W) int, -1 where not drawn
    looked: np.ndarray  # (I, W) annotator index per image and slot, -1 where none
    annotators: tuple[int, ...] = field(default=())  # annotator index → id


def group(boxes: np.ndarray, owners: np.ndarray, floor: float = GROUP_IOU) -> np.ndarray:
    """Group the boxes of one image: average linkage, never two boxes of one owner together.

    `boxes`: (n, 4), `owners`: (n,) int. Returns a group number per box, (n,), from 0.
    Reciprocal nearest neighbours merge until no pair overlaps `floor` on average; a conflict is
    inherited by the merged group (design/sim/consolidate.py).
    """
    n = len(boxes)
    overlap = iou_matrix(boxes, boxes).astype(np.float32)
    overlap[owners[:, None] == owners[None, :]] = -1
    weight = np.ones(n, np.float32)
    label = np.arange(n)
    while n:
        nearest = overlap.argmax(1)
        best = overlap[np.arange(n), nearest]
        mutual = np.flatnonzero(
            (nearest[nearest] == np.arange(n)) & (best >= floor) & (np.arange(n) < nearest)
        )
        if not len(mutual):
            break
        into, gone = mutual, nearest[mutual]
        for axis in (0, 1):
            a, b = np.take(overlap, into, axis), np.take(overlap, gone, axis)
            shape = (-1, 1) if axis == 0 else (1, -1)
            wa, wb = weight[into].reshape(shape), weight[gone].reshape(shape)
            mixed = np.where((a < 0) | (b < 0), -1, (wa * a + wb * b) / (wa + wb))
            if axis == 0:
                overlap[into], overlap[gone] = mixed, -1
            else:
                overlap[:, into], overlap[:, gone] = mixed, -1
        weight[into] += weight[gone]
        moved = np.arange(n)
        moved[gone] = into
        label = moved[label]
    return np.unique(label, return_inverse=True)[1].reshape(-1)


def tabulate(answers: Sequence[Answers]) -> Sites:
    """Group the boxes of every image and lay all groups out in one table."""
    width = max((len(a.annotators) for a in answers), default=0)
    people = tuple(sorted({p for a in answers for p in a.annotators}))
    number = {person: i for i, person in enumerate(people)}
    looked = np.full((len(answers), width), -1)
    images, slots, labels, coords, classes = [], [], [], [], []
    groups = 0
    for i, answer in enumerate(answers):
        looked[i, : len(answer.annotators)] = [number[p] for p in answer.annotators]
        counts = [len(b) for b in answer.boxes]
        if not sum(counts):
            continue
        owner = np.repeat(np.arange(len(counts)), counts)
        stacked = np.concatenate([b.coords for b in answer.boxes])
        label = group(stacked, owner)
        images.append(np.full(len(owner), i))
        slots.append(owner)
        labels.append(label + groups)
        coords.append(stacked)
        classes.append(np.concatenate([b.classes for b in answer.boxes]))
        groups += int(label.max()) + 1
    drew = np.zeros((groups, width), bool)
    table = np.zeros((groups, width, 4))
    kind = np.full((groups, width), -1)
    image = np.zeros(groups, int)
    if groups:
        j, w = np.concatenate(labels), np.concatenate(slots)
        drew[j, w], table[j, w] = True, np.concatenate(coords)
        kind[j, w], image[j] = np.concatenate(classes), np.concatenate(images)
    return Sites(image, drew, table, kind, looked, people)


def median(sites: Sites) -> np.ndarray:
    """Coordinate-wise median of each group's boxes, (J, 4)."""
    if not len(sites.image):
        return np.zeros((0, 4))
    return np.asarray(np.nanmedian(np.where(sites.drew[..., None], sites.coords, np.nan), axis=1))


def majority(answers: Sequence[Answers], quorum: int | None = None) -> list[Merged]:
    """Keep the groups that at least `quorum` people drew (default: more than half of them).

    Class: the most votes, ties to the smaller index. Box: median of those of that class.
    """
    sites = tabulate(answers)
    merged = []
    rows_of = _rows_by_image(sites, len(answers))
    for answer, rows in zip(answers, rows_of, strict=True):
        looked = len(answer.annotators)
        needed = quorum or looked // 2 + 1
        coords, classes, scores, votes, spread = [], [], [], [], []
        for j in rows:
            drew = sites.drew[j]
            values, counts = np.unique(sites.classes[j][drew], return_counts=True)
            kind = values[counts.argmax()]
            agreeing = sites.coords[j][drew & (sites.classes[j] == kind)]
            if drew.sum() < needed:
                continue
            box = np.median(agreeing, axis=0)
            side = np.maximum(box[2:] - box[:2], 1e-6)[[0, 1, 0, 1]]
            coords.append(box)
            classes.append(kind)
            scores.append(drew.sum() / looked)
            votes.append(int(drew.sum()))
            spread.append(float(((agreeing - box) / side).std()) if len(agreeing) > 1 else 0.0)
        merged.append(
            Merged(
                answer.image, _boxes(coords, classes, scores), tuple(votes), tuple(spread),
                "majority", 0.0,
            )
        )  # fmt: skip
    return merged


def single(answer: Answers) -> Merged:
    """One person's answer, as it stands."""
    boxes = answer.boxes[0]
    return Merged(
        answer.image,
        BoxSet(boxes.coords, boxes.classes, np.ones(len(boxes))),
        (1,) * len(boxes),
        (0.0,) * len(boxes),
        "single",
        0.0,
    )


def _rows_by_image(sites: Sites, images: int) -> list[np.ndarray]:
    if not images:
        return []
    order = np.argsort(sites.image, kind="stable")
    return np.split(order, np.searchsorted(sites.image[order], np.arange(1, images)))


def _boxes(coords: list[np.ndarray], classes: list[int], scores: list[float]) -> BoxSet:
    return BoxSet(
        np.array(coords, float).reshape(-1, 4), np.array(classes, np.int64), np.array(scores, float)
    )

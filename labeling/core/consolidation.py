"""Many answers to one box set per image: group the boxes, then fuse each group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.core.boxes import BoxSet

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
    """Group the boxes of many images at once: average linkage, never two of one owner together.

    `boxes`: (I, B, 4), `owners`: (I, B) int, rows padded with owner -1. Returns a group number
    per box within its image, (I, B), meaningless where padded. Reciprocal nearest neighbours
    merge until no pair overlaps `floor` on average; a conflict is inherited by the merged group
    (design/sim/consolidate.py).
    """
    images, most = owners.shape
    overlap = _overlaps(boxes.astype(np.float32))
    empty = owners < 0
    overlap[owners[:, :, None] == owners[:, None, :]] = -1
    overlap[empty[:, :, None] | empty[:, None, :]] = -1
    weight = np.ones((images, most), np.float32)
    label = np.tile(np.arange(most), (images, 1))
    slots, busy = np.arange(most), np.arange(images)
    while len(busy):
        nearest = overlap.argmax(2)
        best = np.take_along_axis(overlap, nearest[..., None], 2)[..., 0]
        back = np.take_along_axis(nearest, nearest, 1)
        mutual = (back == slots) & (best >= floor) & (slots < nearest)
        going = mutual.any(1)
        if not going.all():  # images that are finished cost nothing from here on
            overlap, weight, busy = overlap[going], weight[going], busy[going]
            nearest, mutual = nearest[going], mutual[going]
            if not len(busy):
                break
        image, into = np.nonzero(mutual)
        gone = nearest[image, into]
        a, b = weight[image, into][:, None], weight[image, gone][:, None]
        overlap[image, into] = _average(overlap[image, into], overlap[image, gone], a, b)
        overlap[image, gone] = -1
        overlap[image, :, into] = _average(overlap[image, :, into], overlap[image, :, gone], a, b)
        overlap[image, :, gone] = -1
        weight[image, into] += weight[image, gone]
        moved = np.tile(slots, (len(busy), 1))
        moved[image, gone] = into
        label[busy] = np.take_along_axis(moved, label[busy], 1)
    return label


def _overlaps(boxes: np.ndarray) -> np.ndarray:
    """IoU of every two boxes of an image, (I, B, B); 0 between padding of no area."""
    low = np.maximum(boxes[:, :, None, :2], boxes[:, None, :, :2])
    high = np.minimum(boxes[:, :, None, 2:], boxes[:, None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(3)
    area = (boxes[..., 2:] - boxes[..., :2]).prod(2)
    return np.asarray(inter / np.maximum(area[:, :, None] + area[:, None, :] - inter, 1e-12))


def _average(a: np.ndarray, b: np.ndarray, wa: np.ndarray, wb: np.ndarray) -> np.ndarray:
    return np.where((a < 0) | (b < 0), -1, (wa * a + wb * b) / (wa + wb))


def _grouped(answers: Sequence[Answers]) -> list[np.ndarray]:
    """Group numbers of each image's stacked boxes; images of like size share a block."""
    counts = np.array([sum(map(len, a.boxes)) for a in answers], int)
    sizes = -(-counts // 8) * 8  # rounded up, so that a few block sizes serve all images
    found: list[np.ndarray] = [np.zeros(0, int)] * len(answers)
    for size in np.unique(sizes[sizes > 0]):
        block = np.flatnonzero(sizes == size).tolist()
        boxes = np.zeros((len(block), size, 4))
        owners = np.full((len(block), size), -1)
        for row, i in enumerate(block):
            boxes[row, : counts[i]] = np.concatenate([b.coords for b in answers[i].boxes])
            owners[row, : counts[i]] = np.repeat(
                np.arange(len(answers[i].boxes)), [len(b) for b in answers[i].boxes]
            )
        labels = group(boxes, owners)
        for row, i in enumerate(block):
            found[i] = np.unique(labels[row, : counts[i]], return_inverse=True)[1].reshape(-1)
    return found


def tabulate(answers: Sequence[Answers]) -> Sites:
    """Group the boxes of every image and lay all groups out in one table."""
    width = max((len(a.annotators) for a in answers), default=0)
    people = tuple(sorted({p for a in answers for p in a.annotators}))
    number = {person: i for i, person in enumerate(people)}
    looked = np.full((len(answers), width), -1)
    images, slots, labels, coords, classes = [], [], [], [], []
    groups = 0
    for i, (answer, label) in enumerate(zip(answers, _grouped(answers), strict=True)):
        looked[i, : len(answer.annotators)] = [number[p] for p in answer.annotators]
        if not len(label):
            continue
        counts = [len(b) for b in answer.boxes]
        images.append(np.full(len(label), i))
        slots.append(np.repeat(np.arange(len(counts)), counts))
        labels.append(label + groups)
        coords.append(np.concatenate([b.coords for b in answer.boxes]))
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

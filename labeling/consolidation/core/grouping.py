"""Many answers to one box set per image: group the boxes, then fuse each group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.kernel.json_shapes import Method

GROUP_IOU = 0.4  # boxes of one object overlap at least this much on average
APART = -1.0  # affinity of what may never be together
TINY = np.float32(1e-12)
PADDING = 8  # images are grouped together by box count, rounded up to this
BLOCK_CELLS = 1 << 19  # pairs of boxes worked at once, so that large images stay within memory
CROWDED = 256  # boxes of an image beyond which it is grouped alone
NEVER = 1e9  # distance of what may never be together: averaged with anything it stays too far


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
    method: Method
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


def group(
    image: np.ndarray, owner: np.ndarray, boxes: np.ndarray, floor: float = GROUP_IOU
) -> np.ndarray:
    """Group the boxes of many images: average linkage, never two boxes of one owner together.

    `image`: (n,) int, rising, `owner`: (n,) int, `boxes`: (n, 4). Returns a group number per box,
    (n,), rising with the image, from 0. Images with about as many boxes are worked together;
    crowded ones each alone, in a time that grows with the square of their boxes whatever they are
    (many boxes on one place let the joint work merge a single pair at a time).
    """
    _, first, counts = np.unique(image, return_index=True, return_counts=True)
    leader = np.arange(len(image))
    padded = -(-counts // PADDING) * PADDING
    for place in np.flatnonzero(counts > CROWDED):
        these = slice(first[place], first[place] + counts[place])
        leader[these] = first[place] + _crowded_leaders(boxes[these], owner[these], floor)
    for width in np.unique(padded[counts <= CROWDED]):
        alike = np.flatnonzero((padded == width) & (counts <= CROWDED))
        step = max(1, BLOCK_CELLS // int(width) ** 2)
        for start in range(0, len(alike), step):
            block = alike[start : start + step]
            filled = np.arange(width) < counts[block][:, None]
            places = first[block][:, None] + np.arange(width)
            safe = np.where(filled, places, 0)
            leaders = _leaders(_affinity(boxes[safe], owner[safe], filled), floor)
            leader[places[filled]] = (first[block][:, None] + leaders)[filled]
    return np.unique(leader, return_inverse=True)[1].reshape(-1)


def _affinity(boxes: np.ndarray, owner: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """IoU of every two boxes of each image, (m, B, B); APART where they may not be together."""
    allowed = (owner[:, :, None] != owner[:, None]) & filled[:, :, None] & filled[:, None]
    return np.where(allowed, _overlaps(boxes, boxes), np.float32(APART))


def _overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU of each box of `a` (..., n, 4) with each of `b` (..., m, 4): (..., n, m) float32."""
    ax1, ay1, ax2, ay2 = np.moveaxis(a.astype(np.float32), -1, 0)[..., None]
    bx1, by1, bx2, by2 = np.moveaxis(b.astype(np.float32), -1, 0)[..., None, :]
    wide = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    high = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    shared = np.maximum(wide, 0) * np.maximum(high, 0)
    area_a = np.maximum(ax2 - ax1, 0) * np.maximum(ay2 - ay1, 0)
    area_b = np.maximum(bx2 - bx1, 0) * np.maximum(by2 - by1, 0)
    return np.asarray(shared / np.maximum(area_a + area_b - shared, TINY))


def _leaders(affinity: np.ndarray, floor: float) -> np.ndarray:
    """First member of each box's group, (m, B); consumes `affinity` (m, B, B).

    Groups that are each other's nearest merge, the later into the earlier, until no two overlap
    `floor` on average. Who may not be with a member may not be with the group.
    """
    images, width = affinity.shape[:2]
    leader = np.tile(np.arange(width), (images, 1))
    weight = np.ones((images, width), np.float32)
    active = np.arange(images)  # images that still merge; `affinity` and `weight` hold only these
    while len(active):
        nearest = affinity.argmax(2)
        best = np.take_along_axis(affinity, nearest[..., None], 2)[..., 0]
        back = np.take_along_axis(nearest, nearest, 1)
        merges = (back == np.arange(width)) & (best >= floor) & (np.arange(width) < nearest)
        going = merges.any(1)
        active, affinity, weight = active[going], affinity[going], weight[going]
        m, kept = np.nonzero(merges[going])
        gone = nearest[going][m, kept]
        shares = weight[m, kept][:, None], weight[m, gone][:, None]
        for view in (affinity, affinity.swapaxes(1, 2)):  # rows, then columns
            a, b = view[m, kept], view[m, gone]
            mean = (shares[0] * a + shares[1] * b) / (shares[0] + shares[1])
            view[m, kept] = np.where((a < 0) | (b < 0), APART, mean)
            view[m, gone] = APART
        weight[m, kept] += weight[m, gone]
        moved = np.tile(np.arange(width), (len(active), 1))
        moved[m, gone] = kept
        leader[active] = np.take_along_axis(moved, leader[active], 1)
    return leader


def _crowded_leaders(boxes: np.ndarray, owner: np.ndarray, floor: float) -> np.ndarray:
    """As `_leaders` for the boxes of one image, (n, 4) and (n,), by nearest-neighbour chains."""
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to load, and rarely needed

    count = len(boxes)
    distances = np.empty(count * (count - 1) // 2)  # condensed: each pair once, row by row
    step, end = max(1, BLOCK_CELLS // count), 0
    for start in range(0, count, step):
        rows = slice(start, start + step)
        affinity = _overlaps(boxes[rows], boxes[start:])
        apart = owner[rows, None] == owner[None, start:]
        for row, values in enumerate(np.where(apart, NEVER, 1.0 - affinity)):
            begin, end = end, end + count - start - row - 1
            distances[begin:end] = values[row + 1 :]
    groups = fcluster(linkage(distances, "average"), 1.0 - floor, "distance")
    _, firsts, numbers = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(firsts[numbers])


def tabulate(answers: Sequence[Answers]) -> Sites:
    """Group the boxes of every image and lay all groups out in one table."""
    width = max((len(a.annotators) for a in answers), default=0)
    people = tuple(sorted({p for a in answers for p in a.annotators}))
    number = {person: i for i, person in enumerate(people)}
    looked = np.full((len(answers), width), -1)
    for i, answer in enumerate(answers):
        looked[i, : len(answer.annotators)] = [number[p] for p in answer.annotators]
    drawn = [(i, w, b) for i, a in enumerate(answers) for w, b in enumerate(a.boxes) if len(b)]
    if not drawn:
        none = np.zeros((0, width))
        return Sites(
            np.zeros(0, int),
            none.astype(bool),
            np.zeros((0, width, 4)),
            none.astype(int),
            looked,
            people,
        )
    counts = [len(b) for _, _, b in drawn]
    image, slot = (np.repeat([row[k] for row in drawn], counts) for k in (0, 1))
    boxes = np.concatenate([b.coords for _, _, b in drawn])
    label = group(image, slot, boxes)
    groups = int(label.max()) + 1
    drew = np.zeros((groups, width), bool)
    coords = np.zeros((groups, width, 4))
    classes = np.full((groups, width), -1)
    image_of = np.zeros(groups, int)
    drew[label, slot], coords[label, slot], image_of[label] = True, boxes, image
    classes[label, slot] = np.concatenate([b.classes for _, _, b in drawn])
    return Sites(image_of, drew, coords, classes, looked, people)


def median(sites: Sites) -> np.ndarray:
    """Coordinate-wise median of each group's boxes, (J, 4)."""
    if not len(sites.image):
        return np.zeros((0, 4))
    # Undrawn slots sort last, so the middle of the drawn ones lies at known places.
    ranked = np.sort(np.where(sites.drew[..., None], sites.coords, np.inf), axis=1)
    drawn = sites.drew.sum(1)
    rows = np.arange(len(drawn))
    return np.asarray((ranked[rows, (drawn - 1) // 2] + ranked[rows, drawn // 2]) / 2)


def majority(
    answers: Sequence[Answers], quorum: int | None = None, *, averaged: bool = False
) -> list[Merged]:
    """Keep the groups that at least `quorum` people drew (default: more than half of them).

    Class: the most votes, ties to the smaller index. Box: median of those of that class, or, if
    `averaged`, their mean, as SageMaker Ground Truth does (developer guide, "Annotation
    consolidation": it "averages" the most similar boxes; its matching rule is unpublished).
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
            box = agreeing.mean(0) if averaged else np.median(agreeing, axis=0)
            side = np.maximum(box[2:] - box[:2], 1e-6)[[0, 1, 0, 1]]
            coords.append(box)
            classes.append(kind)
            scores.append(drew.sum() / looked)
            votes.append(int(drew.sum()))
            spread.append(float(((agreeing - box) / side).std()) if len(agreeing) > 1 else 0.0)
        merged.append(
            Merged(
                answer.image,
                _boxes(coords, classes, scores),
                tuple(votes),
                tuple(spread),
                "average" if averaged else "majority",
                0.0,
            )
        )
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


def verified(answer: Answers) -> Merged:
    """The last of several people who each went through the boxes of the one before.

    A box has the votes of all whose answer holds it unchanged. `risk` counts the boxes in which
    the last two still differ: 0 once somebody confirmed everything.
    """
    held = [_exact(boxes) for boxes in answer.boxes]
    last = answer.boxes[-1]
    keys = [(*c, k) for c, k in zip(last.coords.tolist(), last.classes.tolist(), strict=True)]
    open_points = len(held[-1] ^ held[-2]) if len(held) > 1 else 0
    return Merged(
        answer.image,
        BoxSet(last.coords, last.classes, np.ones(len(last))),
        tuple(sum(key in boxes for boxes in held) for key in keys),
        (0.0,) * len(last),
        "verified",
        float(open_points),
    )


def _exact(boxes: BoxSet) -> set[tuple[float, ...]]:
    rows = zip(boxes.coords.tolist(), boxes.classes.tolist(), strict=True)
    return {(*coords, kind) for coords, kind in rows}


def _rows_by_image(sites: Sites, images: int) -> list[np.ndarray]:
    if not images:
        return []
    order = np.argsort(sites.image, kind="stable")
    return np.split(order, np.searchsorted(sites.image[order], np.arange(1, images)))


def _boxes(coords: list[np.ndarray], classes: list[int], scores: list[float]) -> BoxSet:
    return BoxSet(
        np.array(coords, float).reshape(-1, 4), np.array(classes, np.int64), np.array(scores, float)
    )

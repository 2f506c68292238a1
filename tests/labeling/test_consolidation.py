"""Many answers to one box set: grouping, majority, and trust by EM."""

import sys
from pathlib import Path

import numpy as np
import pytest

from labeling.consolidation.core import grouping, reliability
from labeling.consolidation.core.grouping import Answers, group, majority, single, tabulate
from labeling.consolidation.core.reliability import consolidate
from labeling.kernel.boxes import BoxSet, iou_matrix
from labeling.kernel.quality import compare, quality

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "design" / "sim"


def boxes(*rows, classes=None) -> BoxSet:
    coords = np.array(rows, float).reshape(-1, 4)
    kinds = np.zeros(len(coords), np.int64) if classes is None else np.array(classes, np.int64)
    return BoxSet(coords, kinds, np.ones(len(coords)))


def answers(*people: BoxSet, image: int = 1) -> Answers:
    return Answers(image, tuple(range(len(people))), people)


A, B = [10, 10, 60, 60], [100, 10, 160, 60]


def test_boxes_of_one_person_never_share_a_group():
    """Two nearly equal boxes of one person stay two objects."""
    sites = tabulate([answers(boxes(A, [11, 10, 61, 60]), boxes([10, 11, 60, 61]))])
    assert len(sites.image) == 2


def test_groups_gather_what_overlaps_on_average():
    sites = tabulate([answers(boxes(A, B), boxes([12, 10, 62, 60]), boxes(B, A))])
    assert sorted(sites.drew.sum(1).tolist()) == [2, 3]


def test_many_images_at_once_are_grouped_as_each_alone():
    """Of any number of boxes, up to more than one block holds, and with images without a box."""
    rng = np.random.default_rng(3)
    counts = [*rng.integers(0, 40, 60).tolist(), 0, 8, 9, 750]
    image, owner = np.repeat(np.arange(len(counts)), counts), rng.integers(0, 4, sum(counts))
    corner = rng.uniform(0, 200, (len(image), 2))
    boxes = np.c_[corner, corner + rng.uniform(20, 90, (len(image), 2))]

    together = group(image, owner, boxes)

    for i in np.unique(image):
        here = image == i
        alone = group(image[here], owner[here], boxes[here])
        assert (together[here] - together[here].min()).tolist() == alone.tolist()
        assert alone.tolist() == plainly(owner[here], boxes[here])
    assert (np.diff(np.unique(together)) == 1).all()


def plainly(owner: np.ndarray, boxes: np.ndarray) -> list[int]:
    """The same grouping of one image, a merge at a time: the pair that overlaps most first."""
    overlap = iou_matrix(boxes, boxes)
    overlap[owner[:, None] == owner[None]] = -1
    leader, weight = np.arange(len(owner)), np.ones(len(owner))
    while len(owner):
        a, b = sorted(np.unravel_index(overlap.argmax(), overlap.shape))
        if overlap[a, b] < 0.4:
            break
        mean = (weight[a] * overlap[a] + weight[b] * overlap[b]) / (weight[a] + weight[b])
        mean[(overlap[a] < 0) | (overlap[b] < 0)] = -1
        overlap[a], overlap[:, a] = mean, mean
        overlap[b], overlap[:, b] = -1, -1
        weight[a] += weight[b]
        leader[leader == b] = a
    return np.unique(leader, return_inverse=True)[1].tolist()


def test_a_crowded_image_is_grouped_like_any_other(monkeypatch):
    rng = np.random.default_rng(1)
    for _ in range(30):
        count = int(rng.integers(2, 60))
        corner, side = rng.random((count, 2)) * 100, rng.random((count, 2)) * 60 + 10
        boxes, owner = np.c_[corner, corner + side], rng.integers(0, 4, count)
        image = np.zeros(count, int)
        monkeypatch.setattr(grouping, "CROWDED", count)
        jointly = group(image, owner, boxes)
        monkeypatch.setattr(grouping, "CROWDED", 1)
        assert (group(image, owner, boxes) == jointly).all()


def test_boxes_of_two_people_all_on_one_place_pair_up():
    count = grouping.CROWDED
    boxes = np.tile([10.0, 10, 60, 60], (2 * count, 1))
    groups = group(np.zeros(2 * count, int), np.repeat([0, 1], count), boxes)
    assert (np.bincount(groups) == 2).all()


def test_majority_keeps_what_more_than_half_drew_and_takes_the_median():
    found = majority([answers(boxes(A, B), boxes([12, 10, 62, 60]), boxes([14, 10, 64, 60]))])[0]
    assert found.boxes.coords.tolist() == [[12, 10, 62, 60]]
    assert found.votes == (3,)


def test_the_average_keeps_the_same_objects_and_takes_the_mean():
    drawn = answers(boxes(A, B), boxes([12, 10, 62, 60]), boxes([17, 10, 67, 60]))
    found = majority([drawn], averaged=True)[0]
    assert found.boxes.coords.tolist() == [[13, 10, 63, 60]]
    assert (found.votes, found.method) == ((3,), "average")


def test_majority_of_two_needs_both():
    assert len(majority([answers(boxes(A), boxes())])[0].boxes) == 0


def test_a_tie_between_classes_goes_to_the_smaller_index():
    found = majority([answers(boxes(A, classes=[1]), boxes(A, classes=[0]))])[0]
    assert found.boxes.classes.tolist() == [0]


def test_nobody_drew_anything():
    assert len(majority([answers(boxes(), boxes())])[0].boxes) == 0
    merged, trust = consolidate([answers(boxes(), boxes())])
    assert len(merged[0].boxes) == 0
    assert trust == {}
    assert majority([]) == []


def test_one_answer_is_taken_as_it_stands():
    found = single(answers(boxes(A, B)))
    assert found.boxes.coords.tolist() == [A, B]
    assert found.method == "single"


def crowd(rng: np.random.Generator, images: int, sigma, sees) -> tuple[list[Answers], list]:
    """Images of five objects, drawn by people of given noise and sensitivity."""
    found, truths = [], []
    for i in range(images):
        corner = rng.uniform(0, 500, (5, 2))
        side = rng.uniform(30, 100, (5, 2))
        truth = np.c_[corner, corner + side]
        kinds = rng.integers(0, 2, 5)
        drawn = []
        for s, p in zip(sigma, sees, strict=True):
            kept = rng.random(5) < p
            noise = rng.normal(0, s, (5, 4)) * np.c_[side, side]
            drawn.append(BoxSet((truth + noise)[kept], kinds[kept], np.ones(kept.sum())))
        found.append(Answers(i, tuple(range(10, 10 + len(sigma))), tuple(drawn)))
        truths.append((truth, kinds))
    return found, truths


def test_em_finds_who_is_careful_and_who_is_not():
    rng = np.random.default_rng(0)
    people, _ = crowd(rng, 150, (0.02, 0.03, 0.10), (0.97, 0.92, 0.60))

    _, trust = consolidate(people)

    assert trust[10].sensitivity == pytest.approx(0.97, abs=0.04)
    assert trust[12].sensitivity == pytest.approx(0.60, abs=0.08)
    assert trust[10].sigma < trust[11].sigma < trust[12].sigma


def test_em_gives_better_boxes_than_the_majority_with_a_mixed_crowd():
    rng = np.random.default_rng(1)
    people, truths = crowd(rng, 120, (0.02, 0.12, 0.14), (0.97, 0.75, 0.70))

    def mean(merged) -> float:
        return float(
            np.mean(
                [
                    quality(m.boxes, BoxSet(t, k, np.ones(len(t))))
                    for m, (t, k) in zip(merged, truths, strict=True)
                ]
            )
        )

    assert mean(consolidate(people)[0]) > mean(majority(people)) + 0.03


def test_an_object_that_is_hard_for_everybody_is_kept_where_a_made_up_one_is_not(monkeypatch):
    """Seven good people miss each fifth object half the time; two of them see things."""
    rng = np.random.default_rng(5)
    people, truths = [], []
    for i in range(120):
        corner = np.c_[rng.uniform(0, 40, 6) + 150 * np.arange(6), rng.uniform(0, 400, 6)]
        boxes = np.c_[corner, corner + 60]
        hard = rng.random(5) < 0.2
        drawn = []
        for person in range(7):
            seen = rng.random(5) < np.where(hard, 0.55, 0.97)
            kept = np.append(seen, rng.random() < (0.5 if person < 2 else 0.02))
            drawn.append(BoxSet(boxes[kept], np.zeros(kept.sum(), np.int64), np.ones(kept.sum())))
        people.append(Answers(i, tuple(range(7)), tuple(drawn)))
        truths.append(BoxSet(boxes[:5], np.zeros(5, np.int64), np.ones(5)))

    def errors(merged) -> tuple[int, int]:
        found = [compare(m.boxes, t) for m, t in zip(merged, truths, strict=True)]
        return sum(c.false_negatives for c in found), sum(c.false_positives for c in found)

    missed, made_up = errors(consolidate(people)[0])
    monkeypatch.setattr(reliability, "HARDER", 0.0)  # everybody errs alone
    missed_before, _ = errors(consolidate(people)[0])
    missed_by_most, _ = errors(majority(people))

    assert missed < 0.7 * missed_before
    assert missed < missed_by_most
    assert made_up <= 1


@pytest.mark.skipif(not ORACLE.is_dir(), reason="the simulations are not beside this checkout")
def test_em_judges_objects_and_people_as_the_simulations_oracle():
    sys.path.insert(0, str(ORACLE))
    try:
        import consolidate as oracle
    finally:
        sys.path.remove(str(ORACLE))
    people, _ = crowd(np.random.default_rng(2), 60, (0.02, 0.05, 0.10), (0.95, 0.85, 0.7))
    image, owner, kinds, coords = [], [], [], []
    for i, one in enumerate(people):
        for person, drawn in enumerate(one.boxes):
            image += [i] * len(drawn)
            owner += [person] * len(drawn)
            kinds += drawn.classes.tolist()
            coords.append(drawn.coords)
    image, owner, kinds = np.array(image), np.array(owner), np.array(kinds)
    coords = np.concatenate(coords)
    looked = np.tile(np.arange(3), (60, 1))
    label = oracle.cluster(image, owner, coords, 60)
    table = oracle.table(image, owner, kinds, coords, looked, label)
    expected = oracle.em(*table, looked, 3, 2)

    merged, trust = consolidate(people)

    assert sum(len(m.boxes) for m in merged) == (expected["p"] >= 0.5).sum()
    # its people have one noise and one bias for all edges, and their iterations end a little apart
    found = [t.sensitivity for t in trust.values()]
    assert found == pytest.approx(expected["s"].tolist(), abs=1e-3)

"""What the boxes of several views tell of each other."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from mlassist.prediction.core.views import (
    FEATURES,
    ImagePredictions,
    agreement,
    average_edges,
    box_features,
    candidates,
)
from tests.mlassist.drawn import boxes

SCORE, MEAN, LEAST, MOST, IOU, LEAST_IOU, ALL = range(7)
OVER_SURER, OVER_FAINTER, PARTS, WHOLE, EDGE = range(7, 12)
SIZE, SIZE_SQUARED, SHAPE = range(12, 15)


def predicted(plain: BoxSet, **views: BoxSet) -> ImagePredictions:
    return ImagePredictions("a", (100, 80), plain, views)


def test_agreement_pays_for_overlap_and_charges_for_lone_boxes():
    one = boxes((0, 0, 10, 10, 0.9), (50, 50, 60, 60, 0.9))
    other = boxes((0, 0, 10, 8, 0.9))

    # IoU .8, two boxes against one, one pair: .8 / (2 + 1 - 1).
    assert agreement(one, other) == pytest.approx(0.4)
    assert agreement(one, boxes()) == 0
    assert agreement(boxes(), boxes()) == 1


def test_what_only_other_views_show_is_a_candidate_with_score_zero():
    plain = boxes((0, 0, 10, 10, 0.9))
    flip = boxes((0, 0, 10, 9, 0.8), (50, 0, 60, 10, 0.6), (80, 0, 90, 10, 0.09))
    small = boxes((50, 0, 60, 9, 0.7))

    found = candidates(predicted(plain, flip=flip, small=small))

    # The first box is known, the second found once, the third too faint.
    assert found.coords.tolist() == [[0, 0, 10, 10], [50, 0, 60, 10]]
    assert found.scores.tolist() == [0.9, 0]
    assert len(candidates(predicted(boxes(), flip=boxes()))) == 0


def test_another_class_at_the_same_place_is_a_candidate_of_its_own():
    found = candidates(
        predicted(boxes((0, 0, 10, 10, 0.9)), flip=boxes((0, 0, 10, 10, 0.5), class_id=2))
    )

    assert found.classes.tolist() == [1, 2]


def test_the_features_of_a_box_in_its_views():
    plain = boxes((10, 10, 20, 20, 0.9))
    seen = predicted(plain, flip=boxes((10, 10, 20, 18, 0.6)), small=boxes((60, 60, 70, 70, 0.9)))

    row = box_features(plain, seen)[0]

    assert row[[SCORE, MEAN, LEAST, MOST]] == pytest.approx([0.9, 0.3, 0, 0.6])
    assert row[[IOU, LEAST_IOU, ALL]] == pytest.approx([0.4, 0, 0.5])
    assert row[[OVER_SURER, OVER_FAINTER, PARTS, WHOLE, EDGE]].tolist() == [0, 0, 0, 0, 0]
    # 100 of 8,000 pixels, a square.
    assert row[[SIZE, SIZE_SQUARED, SHAPE]] == pytest.approx([-4.382, 19.202, 0], abs=1e-3)
    assert row[-3:] == pytest.approx([0.81, 0.09, 0.16])


def test_a_flat_box_is_as_far_from_a_square_as_a_tall_one():
    plain = boxes((10, 10, 50, 20, 0.9), (60, 10, 70, 50, 0.9))

    rows = box_features(plain, predicted(plain, flip=plain))

    assert rows[:, SHAPE] == pytest.approx(np.log([4, 4]))


def test_edges_settle_where_the_views_put_them_by_score():
    plain = boxes((0, 0, 10, 10, 0.6), (50, 50, 60, 60, 0.5))
    views = {"flip": boxes((0, 0, 10, 14, 0.3)), "small": boxes((0, 0, 13, 10, 0.3))}

    found = average_edges(plain, views)

    # x2: (10 * .6 + 10 * .3 + 13 * .3) / 1.2; y2: (10 * .6 + 14 * .3 + 10 * .3) / 1.2.
    assert found.coords.tolist() == [pytest.approx([0, 0, 10.75, 11]), [50, 50, 60, 60]]
    assert found.scores.tolist() == [0.6, 0.5]
    assert len(average_edges(boxes(), views)) == 0
    assert average_edges(plain, {}).coords == pytest.approx(plain.coords)


def test_two_faint_boxes_in_one_sure_box_are_its_parts():
    plain = boxes((0, 0, 40, 20, 0.9), (2, 2, 20, 18, 0.3), (20, 2, 38, 18, 0.2))

    rows = box_features(plain, predicted(plain, flip=plain))

    # Each small box is 18 x 16 of 40 x 20 pixels: IoU .36, all of it inside.
    assert rows[:, PARTS] == pytest.approx([0.5, 0, 0])
    assert rows[:, WHOLE] == pytest.approx([0, 0.9, 0.9])
    assert rows[:, OVER_SURER] == pytest.approx([0, 0.36, 0.36])
    assert rows[:, OVER_FAINTER] == pytest.approx([0.36 * 0.3, 0, 0])
    assert rows[:, EDGE].tolist() == [1, 0, 0]


def test_a_box_at_any_edge_of_the_picture_is_told():
    plain = boxes((50, 50, 99, 60, 0.9), (50, 50, 60, 79, 0.9), (50, 1, 60, 20, 0.9))

    assert box_features(plain, predicted(plain, flip=plain))[:, EDGE].tolist() == [1, 1, 1]


def test_features_are_finite_and_in_order_whatever_is_seen():
    rng = np.random.default_rng(5)
    for _ in range(50):
        sets = []
        for count in rng.integers(0, 6, 3):
            corners = rng.integers(0, 60, (count, 2)).astype(float)
            coords = np.concatenate([corners, corners + rng.integers(2, 20, (count, 2))], 1)
            sets.append(BoxSet(coords, rng.integers(1, 3, count), rng.random(count)))
        seen = predicted(sets[0], flip=sets[1], small=sets[2])
        found = candidates(seen)
        rows = box_features(found, seen)
        assert rows.shape == (len(found), FEATURES)
        assert np.isfinite(rows).all()
        assert (rows[:, LEAST] <= rows[:, MEAN] + 1e-12).all()
        assert (rows[:, MEAN] <= rows[:, MOST] + 1e-12).all()
        assert (rows[:, [IOU, LEAST_IOU, OVER_SURER]] <= 1).all()

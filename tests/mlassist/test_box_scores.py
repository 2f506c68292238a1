"""The expected IoU of a box, from its score."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from mlassist.prediction.core.box_scores import (
    LEAST_BOXES,
    BoxScores,
    calibration_error,
    fit_curve,
    fit_scores,
    hits,
)
from tests.mlassist.drawn import boxes


def test_a_true_box_is_found_once_by_the_surest_box():
    truth = boxes((0, 0, 10, 10), (50, 0, 60, 10))
    # The second covers the first true box better than the first does, but is less sure.
    seen = boxes((0, 0, 10, 8, 0.9), (0, 0, 10, 9, 0.6), (50, 0, 60, 4, 0.5))

    assert hits(seen, truth) == pytest.approx([0.8, 0, 0])
    assert hits(boxes((0, 0, 10, 8, 0.9), class_id=2), truth).tolist() == [0]
    assert hits(seen, boxes()).tolist() == [0, 0, 0]
    assert hits(boxes(), truth).shape == (0,)


def test_a_box_whose_true_box_is_taken_finds_the_next_best():
    truth = boxes((0, 0, 10, 10), (0, 2, 10, 12))
    seen = boxes((0, 0, 10, 10, 0.9), (0, 0, 10, 10, 0.8))

    # 8 of 12 rows overlap.
    assert hits(seen, truth) == pytest.approx([1.0, 8 / 12])


def test_a_curve_keeps_the_corners_of_the_isotonic_fit():
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.9])
    expected_iou = np.array([0.0, 0.3, 0.3, 0.3, 0.9])

    curve = fit_curve(scores, expected_iou)

    assert curve.scores.tolist() == [0.1, 0.2, 0.4, 0.9]
    assert curve(np.array([0.0, 0.15, 0.3, 0.65, 1.0])) == pytest.approx([0, 0.15, 0.3, 0.6, 0.9])


def test_a_curve_is_the_isotonic_fit_at_every_score_it_was_fitted_on():
    from mlassist.prediction.core.isotonic import isotonic

    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 40):
        scores = rng.integers(1, 20, count) / 20
        expected_iou = np.clip(scores + rng.normal(0, 0.3, count), 0, 1)
        curve = fit_curve(scores, expected_iou)
        assert curve(scores) == pytest.approx(isotonic(scores, expected_iou))
        assert (np.diff(curve.expected_iou) >= 0).all()


def lots(class_id: int, count: int, right: float) -> tuple[list[BoxSet], list[BoxSet]]:
    """`count` images with one box of score .5, a share `right` of them perfect."""
    seen = [boxes((0, 0, 10, 10, 0.5), class_id=class_id)] * count
    truth = boxes((0, 0, 10, 10), class_id=class_id)
    return seen, [truth if i < right * count else boxes() for i in range(count)]


def test_a_class_with_enough_boxes_is_read_by_its_own_curve_and_others_by_the_pooled_one():
    seen, truth = lots(1, LEAST_BOXES, 0.8)
    few, few_truth = lots(2, LEAST_BOXES - 1, 0.0)

    scores = fit_scores(seen + few, truth + few_truth)

    assert scores.expected_iou(seen[0]) == pytest.approx([0.8])
    assert scores.expected_iou(few[0]) == pytest.approx([40 / 99])


def test_the_chance_of_an_object_does_not_pay_for_loose_edges():
    # Half of the boxes find something, each with IoU .8.
    seen = [boxes((0, 0, 10, 8, 0.5))] * 10
    truth = [boxes((0, 0, 10, 10))] * 5 + [boxes()] * 5

    scores = fit_scores(seen, truth)

    assert scores.expected_iou(seen[0]) == pytest.approx([0.4])
    assert scores.chance(seen[0]) == pytest.approx([0.5])


def test_stored_scores_read_the_same():
    seen, truth = lots(1, 60, 0.5)
    scores = fit_scores(seen, truth)

    again = BoxScores.from_json(scores.to_json())

    assert again.expected_iou(seen[0]) == pytest.approx(scores.expected_iou(seen[0]), abs=1e-4)
    assert again.chance(boxes((0, 0, 5, 5, 0.7), class_id=9)) == pytest.approx([0.5], abs=1e-4)


def test_scores_are_taken_as_they_are_where_no_image_tells_otherwise():
    scores = fit_scores([boxes()], [boxes((0, 0, 9, 9))])

    seen = boxes((0, 0, 5, 5, 0.3), (0, 0, 5, 5, 0.8))
    assert scores.read(seen).scores == pytest.approx([0.3, 0.8])
    assert scores.expected_iou(seen) == pytest.approx([0.3, 0.8])


def test_the_error_of_calibration_by_hand():
    # Bins of .04: two boxes of .9 and one of .1 stand apart. |.9 - 1 + .9 - 0| + |.1 - 0| = .9.
    values, right = np.array([0.9, 0.9, 0.1]), np.array([1.0, 0.0, 0.0])

    assert calibration_error(values, right) == pytest.approx(0.9 / 3)
    assert calibration_error(np.array([1.0]), np.array([1.0])) == 0
    assert calibration_error(np.zeros(0), np.zeros(0)) == 0


def test_calibrated_scores_are_right_on_average_whatever_the_detector():
    rng = np.random.default_rng(3)
    for _ in range(20):
        seen, truth = [], []
        for _ in range(40):
            score = float(rng.uniform(0.05, 1))
            seen.append(boxes((0, 0, 10, 10, score)))
            truth.append(boxes((0, 0, 10, 10)) if rng.random() < score**3 else boxes())
        expected_iou = np.concatenate([fit_scores(seen, truth).expected_iou(one) for one in seen])
        found = np.concatenate([hits(p, t) for p, t in zip(seen, truth, strict=True)])
        assert expected_iou.mean() == pytest.approx(found.mean())
        assert calibration_error(expected_iou, found) < 0.02

"""Confidence of whole images."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from labeling.kernel.quality import quality
from mlassist.calibration.core.confidence import (
    FOLDS,
    LEAST_FOR_TREES,
    expected_quality,
    fit_images,
    fit_ridge,
    learned_confidence,
    mean_score,
    view_agreement,
)
from mlassist.data.folds import fold_of
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.prediction.core.views import ImagePredictions
from tests.mlassist.drawn import boxes

THRESHOLDS = ScoreThresholds(0.5)


def test_the_mean_score_counts_kept_boxes_only():
    seen = boxes((0, 0, 9, 9, 0.9), (20, 0, 29, 9, 0.5), (40, 0, 49, 9, 0.1))

    assert mean_score(seen, THRESHOLDS) == pytest.approx(0.7)
    assert mean_score(seen, ScoreThresholds(0.95)) == 0


def test_agreement_is_the_mean_over_the_views_of_the_boxes_that_count():
    plain = boxes((0, 0, 10, 10, 0.9), (50, 50, 60, 60, 0.2))
    views = {"flip": boxes((0, 0, 10, 8, 0.9)), "small": boxes((0, 0, 10, 10, 0.4))}

    # .8 with the flipped view; nothing counts in the small one.
    assert view_agreement(
        ImagePredictions("a", (99, 99), plain, views), THRESHOLDS
    ) == pytest.approx(0.4)


def test_the_ridge_of_one_feature_by_hand():
    rows, values = np.array([[-1.0], [1.0]]), np.array([0.4, 0.6])

    # Standardised already; weight = (-1 * -.1 + 1 * .1) / (2 + 3) = .04.
    ridge = fit_ridge(rows, values)

    assert ridge(np.array([[1.0], [100.0], [0.0]])) == pytest.approx([0.54, 1.0, 0.5])


def test_a_feature_that_never_varies_does_no_harm():
    ridge = fit_ridge(np.ones((5, 2)), np.full(5, 0.3))

    assert ridge(np.ones((1, 2))) == pytest.approx([0.3])


def test_expected_quality_charges_for_what_is_probably_missed():
    expected_iou, counts = np.array([0.8, 0.6, 0.2]), np.array([True, True, False])

    # The third is an object with chance .2 / .8: 1.4 / (2 + .25).
    assert expected_quality(expected_iou, counts, 0.8) == pytest.approx(1.4 / 2.25)
    assert expected_quality(expected_iou[:2], counts[:2], 0.8) == pytest.approx(0.7)


def test_where_nothing_counts_the_quality_is_the_chance_that_nothing_is_there():
    nothing = np.zeros(0)

    assert expected_quality(nothing, nothing.astype(bool), 0.8) == 1
    assert expected_quality(np.array([0.4]), np.array([False]), 0.8) == pytest.approx(np.exp(-0.5))


def test_stumps_see_a_step_that_a_line_cannot():
    rows = np.linspace(0, 1, 200)[:, None]
    values = (rows[:, 0] > 0.5) * 0.8
    ends = np.array([[0.45], [0.55]])

    line = fit_images(rows, values, LEAST_FOR_TREES - 1)
    both = fit_images(rows, values, LEAST_FOR_TREES)

    assert np.diff(both(ends))[0] > 0.4 > np.diff(line(ends))[0]
    assert np.array_equal(both(ends), fit_images(rows, values, LEAST_FOR_TREES)(ends))
    assert (both(np.array([[-9.0], [9.0]])) >= 0).all() and (both(rows) <= 1).all()


def test_many_known_images_are_judged_with_stumps_and_the_same_every_time():
    predictions, truths, qualities = example(LEAST_FOR_TREES)

    known, pool = learned_confidence(predictions, truths, qualities, predictions[:5], THRESHOLDS)

    assert pool == pytest.approx(known[:5])
    again, _ = learned_confidence(predictions, truths, qualities, [], THRESHOLDS)
    assert np.array_equal(known, again)


def example(count: int, seed: int = 1) -> tuple[list[ImagePredictions], list[BoxSet], np.ndarray]:
    """Images with one box each: right where the other view shows it too, whatever its score."""
    rng = np.random.default_rng(seed)
    predictions, truths = [], []
    for i in range(count):
        at = (10.0, 10.0, 40.0, 40.0)
        plain, right = boxes((*at, rng.uniform(0.5, 1))), rng.random() < 0.5
        other = boxes((*at, 0.8)) if right else boxes((60, 60, 80, 80, rng.uniform(0.05, 0.3)))
        predictions.append(ImagePredictions(f"{seed}-{i}", (100, 100), plain, {"flip": other}))
        truths.append(boxes(at) if right else boxes((60, 60, 80, 80)))
    qualities = [
        quality(predicted.boxes, t) for predicted, t in zip(predictions, truths, strict=True)
    ]
    return predictions, truths, np.array(qualities)


def test_the_regression_finds_out_that_a_second_view_tells_more_than_the_score():
    predictions, truths, qualities = example(60)
    pool, _, unseen = example(40, seed=2)

    _, confidence = learned_confidence(predictions, truths, qualities, pool, THRESHOLDS)

    assert confidence[unseen > 0].min() > 0.8
    assert confidence[unseen == 0].max() < 0.3


def test_cross_fitted_confidence_never_saw_the_image_it_scores():
    predictions, truths, qualities = example(60)
    known, _ = learned_confidence(predictions, truths, qualities, [], THRESHOLDS)

    truths[0], qualities[0] = boxes((0, 0, 5, 5)), 1 - qualities[0]
    again, _ = learned_confidence(predictions, truths, qualities, [], THRESHOLDS)

    same_fold = np.array(
        [
            fold_of(predicted.key, FOLDS) == fold_of(predictions[0].key, FOLDS)
            for predicted in predictions
        ]
    )
    assert np.array_equal(again[same_fold], known[same_fold])
    assert not np.allclose(again[~same_fold], known[~same_fold])


def test_pool_and_known_images_that_look_the_same_and_share_a_fold_agree():
    predictions, truths, qualities = example(60)

    known, pool = learned_confidence(predictions, truths, qualities, predictions[:9], THRESHOLDS)

    assert pool == pytest.approx(known[:9])


def test_empty_predictions_are_decided_by_what_empty_images_turned_out_to_be():
    """Where most images without a box are truly empty, such an image is worth accepting."""
    predictions, truths, qualities = example(40)
    nothing = [
        ImagePredictions(f"empty-{i}", (100, 100), boxes(), {"flip": boxes()}) for i in range(40)
    ]
    truth = [boxes() if i % 10 else boxes((0, 0, 9, 9)) for i in range(40)]

    all_qualities = np.append(qualities, [float(i % 10 > 0) for i in range(40)])

    _, pool = learned_confidence(
        predictions + nothing, truths + truth, all_qualities, nothing[:5], THRESHOLDS
    )

    assert pool == pytest.approx(np.full(5, 0.9), abs=0.1)


def test_a_detector_that_finds_nothing_at_all_is_judged():
    predictions = [ImagePredictions(str(i), (9, 9), boxes(), {"flip": boxes()}) for i in range(30)]
    truths = [boxes((0, 0, 9, 9))] * 30

    known, pool = learned_confidence(predictions, truths, np.zeros(30), predictions[:2], THRESHOLDS)

    # One that seems to be right against at least 20 that were wrong.
    assert known.max() < 1 / 20
    assert pool.max() < 1 / 20


def test_few_known_images_leave_the_expected_quality_as_it_is_unless_nothing_counts():
    rows = np.array([[0.7, 0, 0, 2, 0], [0.9, 0, 0, 0, 1], [0.9, 0, 0, 0, 1]])

    guess = fit_images(rows, np.array([0.1, 1.0, 0.0]), 30)

    # (.9 + 1 + 0) / 3 where nothing counts.
    assert guess(rows) == pytest.approx([0.7, 1.9 / 3, 1.9 / 3])


def test_too_few_known_images_for_a_regression_are_refused():
    predictions, truths, qualities = example(29)

    with pytest.raises(Invalid, match="30 validation images"):
        learned_confidence(predictions, truths, qualities, [], THRESHOLDS)

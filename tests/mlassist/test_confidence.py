"""Confidence of whole images."""

import numpy as np
import pytest

from labeling.errors import Invalid
from mlassist.core.confidence import (
    features,
    fit_ridge,
    flip_agreement,
    fold_of,
    mean_score,
    ridge_confidence,
)
from tests.mlassist.drawn import boxes


def test_the_mean_score_counts_kept_boxes_only():
    seen = boxes((0, 0, 9, 9, 0.9), (20, 0, 29, 9, 0.5), (40, 0, 49, 9, 0.1))

    assert mean_score(seen, 0.5) == pytest.approx(0.7)
    assert mean_score(seen, 0.95) == 0


def test_flip_agreement_pays_for_overlap_and_charges_for_lone_boxes():
    one = boxes((0, 0, 10, 10, 0.9), (50, 50, 60, 60, 0.9))
    other = boxes((0, 0, 10, 8, 0.9))

    # IoU .8, two boxes against one, one pair: .8 / (2 + 1 - 1).
    assert flip_agreement(one, other, 0.5) == pytest.approx(0.4)
    assert flip_agreement(one, boxes(), 0.5) == 0
    assert flip_agreement(boxes(), boxes((0, 0, 5, 5, 0.1)), 0.5) == 1


def test_the_features_of_an_image():
    seen = boxes((0, 0, 10, 10, 0.8), (20, 0, 30, 10, 0.6), (40, 0, 50, 10, 0.2))

    # sum s (1 - s) = .16 + .24 + .16; the quarter point between .6 and .8 is .65.
    assert features(seen, seen, 0.5) == pytest.approx([0.7, 0.6, 0.65, 2, 1, 0.56, 1])


def test_an_empty_prediction_has_zero_scores_and_the_agreement_of_its_views():
    assert features(boxes(), boxes(), 0.5) == pytest.approx([0, 0, 0, 0, 0, 0, 1])
    assert features(boxes(), boxes((0, 0, 9, 9, 0.9)), 0.5)[-1] == 0


def test_the_ridge_of_one_feature_by_hand():
    rows, quality = np.array([[-1.0], [1.0]]), np.array([0.4, 0.6])

    # Standardised already; weight = (-1 * -.1 + 1 * .1) / (2 + 3) = .04.
    ridge = fit_ridge(rows, quality)

    assert ridge(np.array([[1.0], [100.0], [0.0]])) == pytest.approx([0.54, 1.0, 0.5])


def test_a_feature_that_never_varies_does_no_harm():
    ridge = fit_ridge(np.ones((5, 2)), np.full(5, 0.3))

    assert ridge(np.ones((1, 2))) == pytest.approx([0.3])


def test_cross_fitted_confidence_never_saw_the_image_it_scores():
    rng = np.random.default_rng(1)
    rows, quality = rng.random((60, 7)), rng.random(60)
    keys = [f"image-{i}" for i in range(60)]
    known, _ = ridge_confidence(keys, rows, quality, keys, rows)

    changed = quality.copy()
    changed[0] = 1 - changed[0]
    again, _ = ridge_confidence(keys, rows, changed, keys, rows)

    same_fold = np.array([fold_of(key) == fold_of(keys[0]) for key in keys])
    assert again[same_fold] == pytest.approx(known[same_fold])
    assert not np.allclose(again[~same_fold], known[~same_fold])


def test_pool_and_validation_images_with_the_same_features_and_fold_agree():
    rng = np.random.default_rng(2)
    rows, quality = rng.random((60, 7)), rng.random(60)
    keys = [f"image-{i}" for i in range(60)]

    known, pool = ridge_confidence(keys, rows, quality, keys[:9], rows[:9])

    assert pool == pytest.approx(known[:9])


def test_too_few_validation_images_for_a_regression_are_refused():
    with pytest.raises(Invalid, match="30 validation images"):
        ridge_confidence(["a"] * 29, np.zeros((29, 7)), np.zeros(29), [], np.zeros((0, 7)))

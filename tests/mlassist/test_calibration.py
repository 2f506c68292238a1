"""Threshold, candidate sets and chances of proofs, on examples worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from mlassist.calibration.core.proof_chances import (
    chance_of_proof,
    largest_in_reach,
    most_expected,
    usual_checks,
)
from mlassist.calibration.core.thresholds import (
    CandidateSet,
    candidate_sets,
    choose_threshold,
    curve,
)
from mlassist.prediction.core.isotonic import isotonic


def test_the_threshold_is_the_lowest_confidence_whose_mean_reaches_the_target():
    confidence = np.arange(20, 0, -1) / 20
    quality = np.array([0.8] * 10 + [0.5] * 10)

    # Mean of the first 15: (10 * .8 + 5 * .5) / 15 = .7; of the first 16: .6875.
    assert choose_threshold(confidence, quality, 0.7) == confidence[14]


def test_a_threshold_needs_ten_validation_images_however_good_they_are():
    confidence = np.arange(20, 0, -1) / 20
    quality = np.array([1.0] * 9 + [0.0] * 11)

    # The first 9 have mean 1, but the first 10 have .9 and the target is .95.
    assert choose_threshold(confidence, quality, 0.95) is None
    assert choose_threshold(confidence, quality, 0.9) == confidence[9]


def test_in_a_large_validation_set_five_percent_must_lie_above():
    confidence = np.arange(400, 0, -1) / 400
    quality = np.array([1.0] * 19 + [0.0] * 381)

    assert choose_threshold(confidence, quality, 0.96) is None  # first 20: 19 / 20 = .95
    assert choose_threshold(confidence, quality, 0.95) == confidence[19]


def test_images_of_equal_confidence_are_accepted_together():
    # Cutting inside the tie would give a mean of 1; the whole tie has (10 + 0) / 20 = .5.
    confidence = np.full(20, 0.9)
    quality = np.array([1.0] * 10 + [0.0] * 10)

    assert choose_threshold(confidence, quality, 0.6) is None
    assert choose_threshold(confidence, quality, 0.5) == 0.9
    assert [point.images for point in curve(confidence, quality)] == [20]


def test_a_lower_threshold_may_pass_where_a_stricter_one_fails():
    confidence = np.arange(24, 0, -1) / 24
    quality = np.array([0.0] * 4 + [1.0] * 20)

    # First 10: .6; all 24: 20 / 24 = .83.
    assert choose_threshold(confidence, quality, 0.8) == confidence[23]


def test_without_validation_images_there_is_no_threshold():
    assert choose_threshold(np.zeros(0), np.zeros(0), 0.6) is None
    assert curve(np.zeros(0), np.zeros(0)) == []


def test_the_isotonic_fit_pools_what_falls_and_averages_ties():
    x = np.array([1.0, 2.0, 3.0, 3.0, 4.0])
    y = np.array([0.2, 0.6, 0.5, 0.3, 0.9])

    # The two at 3 average .4, below .6 at 2: pooled (.6 + 2 * .4) / 3 = .4667.
    assert isotonic(x, y) == pytest.approx([0.2, 1.4 / 3, 1.4 / 3, 1.4 / 3, 0.9])


def test_the_isotonic_fit_does_not_depend_on_the_order_of_the_images():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 10, 60) / 10, rng.random(60)
    order = rng.permutation(60)

    assert isotonic(x[order], y[order]) == pytest.approx(isotonic(x, y)[order])


def test_candidate_sets_run_from_half_of_the_loosest_to_the_loosest():
    pool = np.arange(100, 0, -1) / 100
    known = np.arange(100, 0, -1) / 100
    quality = np.concatenate([np.full(50, 0.9), np.full(50, 0.3)])

    found = candidate_sets(pool, known, quality, 0.6)

    # The mean of n > 50 images is .3 + 30 / n, which is at least .605 up to n = 98.
    assert found[0].size == 50
    assert found[-1].size == 98
    assert found[0].estimate == pytest.approx(0.9)
    sizes = [one.size for one in found]
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 6
    assert all((pool >= one.threshold).sum() == one.size for one in found)


def test_candidate_sets_never_split_pool_images_of_equal_confidence():
    pool = np.array([0.9] * 30 + [0.5] * 30)
    known = np.array([0.9] * 20 + [0.5] * 20)

    found = candidate_sets(pool, known, np.full(40, 0.8), 0.6)

    assert [one.size for one in found] == [30, 60]
    assert candidate_sets(pool, known, np.repeat([0.8, 0.3], 20), 0.6)[0].size == 30


def test_nothing_good_enough_gives_no_candidate_set():
    pool = np.linspace(0, 1, 50)

    assert candidate_sets(pool, pool, np.full(50, 0.6), 0.6) == []
    assert candidate_sets(np.zeros(0), pool, np.ones(50), 0.6) == []


@pytest.mark.parametrize(
    ("spread", "gap", "size", "checks"),
    [
        # stake .06 / (.04 + .0036) = 1.376, capped at .95 / .75 = 1.267; it grows by .0410 a draw
        (0.2, 0.06, 10**9, 57),  # ln 10 / .0410 = 56.1
        (0.2, 0.06, 100, 36),  # 56.1 / 1.561 = 35.9
        (0.2, 0.2, 10**9, 13),  # .2533 - .0642 = .1892
        (0.3, 0.01, 10**6, 120),
        (0.2, -0.01, 500, 120),
        (0.2, 0.06, 12, 10),
        (0.2, 0.06, 0, 0),
    ],
)
def test_the_usual_checks(spread: float, gap: float, size: int, checks: int):
    assert usual_checks(spread, 0.75 + gap, 0.75, size, 0.10) == checks


def test_a_target_of_nothing_takes_few_checks():
    """Of a whole data set people's labels alone may reach the target."""
    assert 1 <= usual_checks(0.2, 0.8, 0.0, 100, 0.10) <= 10


def test_doubt_lets_the_loosest_set_be_one_standard_error_looser():
    """Known: ten images of quality .9 sure, ten of .5 unsure; all together .7, error about .045."""
    known = np.repeat([0.9, 0.4], 10)
    quality = np.repeat([0.9, 0.5], 10)
    pool = np.repeat([0.9, 0.4], 50)

    plain = candidate_sets(pool, known, quality, 0.72)
    bold = candidate_sets(pool, known, quality, 0.72, doubt=1.0)

    assert plain[-1].size == 50
    assert bold[0].size == 50
    assert bold[-1].size == 100
    assert bold[-1].error == pytest.approx(0.2 / np.sqrt(20))


def test_the_chance_of_a_proof_by_hand():
    """Gap .05, sd .2, 100 of 400 drawn: noise .2 sqrt(1/100 - 1/400) = .01732."""
    known_well = CandidateSet(0.5, 400, 0.80, 0.2, 0.0)

    # (.05 - 1.645 * .01732) / .01732 = 1.242; with an error of .03: .02151 / .03464 = .621
    assert chance_of_proof(known_well, 0.75, 0.05, 100) == pytest.approx(0.893, abs=0.001)
    vague = replace(known_well, error=0.03)
    assert chance_of_proof(vague, 0.75, 0.05, 100) == pytest.approx(0.7327, abs=0.001)
    assert chance_of_proof(known_well, 0.75, 0.05, 400) == 1  # all are looked at
    assert chance_of_proof(known_well, 0.81, 0.05, 400) == 0
    assert chance_of_proof(replace(vague, estimate=0.75), 0.75, 0.05, 400) == 0.5


def test_a_small_safe_set_may_be_worth_more_than_a_large_doubtful_one():
    safe, doubtful = CandidateSet(0.9, 200, 0.9, 0.2, 0.02), CandidateSet(0.2, 400, 0.76, 0.2, 0.02)
    found = [safe, doubtful]

    best, images = most_expected(found, 0.05, 100, lambda size: 0.75)
    assert best is safe and 190 < images <= 200
    best, images = most_expected(found, 0.05, 100, lambda size: 0.65)
    assert best is doubtful and images > 350
    assert most_expected(found, 0.05, 100, lambda size: 0.95) == (None, 0.0)

    # .01 above the target with noise .0173 and error .02: chance .24, so a job may close on it
    assert largest_in_reach(found, 0.05, 100, lambda size: 0.75) == 400
    assert largest_in_reach(found, 0.05, 100, lambda size: 0.755) == 200
    assert largest_in_reach(found, 0.05, 100, lambda size: 0.95) == 0

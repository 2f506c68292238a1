"""From which score a box counts."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet, unpack
from labeling.kernel.quality import quality
from mlassist.prediction.core.score_thresholds import (
    LEAST_TRUE,
    THRESHOLDS,
    ScoreThresholds,
    choose_score_thresholds,
    quality_by_threshold,
)
from tests.mlassist.drawn import boxes


def both(one: BoxSet, other: BoxSet) -> BoxSet:
    """The boxes of two sets as one."""
    return BoxSet(
        np.concatenate([one.coords, other.coords]),
        np.concatenate([one.classes, other.classes]),
        np.concatenate([one.scores, other.scores]),
    )


def test_a_box_counts_from_the_cut_of_its_class_on():
    seen = both(boxes((0, 0, 9, 9, 0.4)), boxes((0, 0, 9, 9, 0.4), (0, 0, 9, 9, 0.6), class_id=2))
    thresholds = ScoreThresholds(0.5, {1: 0.4})

    assert thresholds.counts(seen).tolist() == [True, False, True]
    assert thresholds.kept(seen).classes.tolist() == [1, 2]
    assert thresholds.stored(unpack(seen)) == [unpack(seen)[0], unpack(seen)[2]]
    assert thresholds.counts(boxes()).shape == (0,)
    assert ScoreThresholds.from_json(thresholds.to_json()) == thresholds


def test_the_cut_is_the_middle_of_the_plateau():
    truth = boxes((0, 0, 10, 10))
    seen = boxes((0, 0, 10, 10, 0.8), (50, 50, 60, 60, 0.3))

    # Right at every threshold above .3 and up to .8: .35 to .8, middle .575.
    assert choose_score_thresholds([seen], [truth]) == ScoreThresholds(0.575)


def test_qualities_by_cut_are_those_of_the_boxes_that_count():
    rng = np.random.default_rng(4)
    for _ in range(20):
        count = int(rng.integers(0, 8))
        corners = rng.integers(0, 20, (count, 2))
        seen = BoxSet(
            np.concatenate([corners, corners + 10], 1).astype(float),
            rng.integers(1, 3, count),
            rng.integers(1, 20, count) / 20,
        )
        truth = seen.take(rng.random(count) < 0.5)
        held = ScoreThresholds(0.4)
        for place, threshold in enumerate(THRESHOLDS):
            every = quality(ScoreThresholds(threshold).kept(seen), truth)
            first = quality(ScoreThresholds(0.4, {1: threshold}).kept(seen), truth)
            assert quality_by_threshold([seen], [truth], held)[place] == pytest.approx(every)
            assert quality_by_threshold([seen], [truth], held, 1)[place] == pytest.approx(first)


def classes_apart(count: int) -> tuple[list[BoxSet], list[BoxSet]]:
    """Class 1 is right from score .2 on; of class 2 only what scores .9 is right."""
    first, second = boxes((0, 0, 10, 10, 0.2)), (30.0, 0.0, 40.0, 10.0, 0.9)
    wrong = (60.0, 0.0, 70.0, 10.0, 0.6)
    seen = both(first, boxes(second, wrong, class_id=2))
    return [seen] * count, [both(first, boxes(second, class_id=2))] * count


def test_a_class_with_enough_boxes_has_a_cut_of_its_own():
    thresholds = choose_score_thresholds(*classes_apart(LEAST_TRUE))

    # One for all: 2 of 3 are right up to .2 and .65 to .9 leaves 1 of 2: .05 to .2.
    assert thresholds.pooled == 0.125
    assert thresholds.by_class == {1: 0.125, 2: 0.775}


def test_a_class_with_few_boxes_has_the_cut_of_all():
    assert choose_score_thresholds(*classes_apart(LEAST_TRUE - 1)).by_class == {}

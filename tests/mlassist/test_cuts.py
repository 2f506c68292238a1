"""From which score a box counts."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet, unpack
from labeling.kernel.quality import quality
from mlassist.prediction.core.score_thresholds import (
    CUTS,
    LEAST_TRUE,
    Cuts,
    choose_cuts,
    quality_by_cut,
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
    cuts = Cuts(0.5, {1: 0.4})

    assert cuts.counts(seen).tolist() == [True, False, True]
    assert cuts.kept(seen).classes.tolist() == [1, 2]
    assert cuts.stored(unpack(seen)) == [unpack(seen)[0], unpack(seen)[2]]
    assert cuts.counts(boxes()).shape == (0,)
    assert Cuts.from_json(cuts.to_json()) == cuts


def test_the_cut_is_the_middle_of_the_plateau():
    truth = boxes((0, 0, 10, 10))
    seen = boxes((0, 0, 10, 10, 0.8), (50, 50, 60, 60, 0.3))

    # Right at every cut above .3 and up to .8: .35 to .8, middle .575.
    assert choose_cuts([seen], [truth]) == Cuts(0.575)


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
        held = Cuts(0.4)
        for place, cut in enumerate(CUTS):
            every = quality(Cuts(cut).kept(seen), truth)
            first = quality(Cuts(0.4, {1: cut}).kept(seen), truth)
            assert quality_by_cut([seen], [truth], held)[place] == pytest.approx(every)
            assert quality_by_cut([seen], [truth], held, 1)[place] == pytest.approx(first)


def classes_apart(count: int) -> tuple[list[BoxSet], list[BoxSet]]:
    """Class 1 is right from score .2 on; of class 2 only what scores .9 is right."""
    first, second = boxes((0, 0, 10, 10, 0.2)), (30.0, 0.0, 40.0, 10.0, 0.9)
    wrong = (60.0, 0.0, 70.0, 10.0, 0.6)
    seen = both(first, boxes(second, wrong, class_id=2))
    return [seen] * count, [both(first, boxes(second, class_id=2))] * count


def test_a_class_with_enough_boxes_has_a_cut_of_its_own():
    cuts = choose_cuts(*classes_apart(LEAST_TRUE))

    # One for all: 2 of 3 are right up to .2 and .65 to .9 leaves 1 of 2: .05 to .2.
    assert cuts.pooled == 0.125
    assert cuts.by_class == {1: 0.125, 2: 0.775}


def test_a_class_with_few_boxes_has_the_cut_of_all():
    assert choose_cuts(*classes_apart(LEAST_TRUE - 1)).by_class == {}

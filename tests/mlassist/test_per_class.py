"""Which images stand for a class, and which set of each class is put to the proof."""

import numpy as np

from labeling.kernel.boxes import BoxSet
from mlassist.calibration.core.per_class import (
    LEAST_KNOWN,
    NOTHING,
    checks_for,
    choose_sets,
    stands_for,
)


def showing(*classes: int) -> BoxSet:
    count = len(classes)
    return BoxSet(np.tile([0.0, 0, 9, 9], (count, 1)), np.array(classes, np.int64), np.ones(count))


def test_an_image_stands_for_the_rarest_class_it_shows():
    images = [showing(0), showing(0, 1), showing(0, 1, 2), showing(), showing(1), showing(0)]
    assert stands_for(images).tolist() == [0, 1, 2, NOTHING, 1, 0]


def chosen(known: dict[int, tuple[int, float]], *, budget: int = 120):
    """Per class 100 images in the pool; `known`: images and mean quality of each class."""
    rng = np.random.default_rng(1)
    pool_class = np.repeat(list(known), 100)
    known_class = np.repeat(list(known), [n for n, _ in known.values()])
    quality = np.concatenate(
        [np.clip(rng.normal(mean, 0.1, n), 0, 1) for n, mean in known.values()]
    )
    found = choose_sets(
        pool_class,
        rng.random(len(pool_class)),
        known_class,
        rng.random(len(known_class)),
        quality,
        0.75,
        0.05,
        budget,
    )
    return {one.class_id: one for one in found}


def test_what_cannot_be_shown_is_left_out_with_the_reason():
    found = chosen({0: (60, 0.95), 1: (LEAST_KNOWN - 1, 0.95), 2: (60, 0.5), NOTHING: (60, 0.9)})
    assert found[0].found is not None and found[0].found.size == 100
    assert found[NOTHING].found is not None
    assert found[1].found is None and "only 9 labelled images show it" in found[1].reason
    assert found[2].found is None and "does not exceed the target" in found[2].reason


def test_classes_share_the_checks_and_a_hopeless_one_leaves_its_share():
    one = chosen({0: (60, 0.82)}, budget=25)[0]
    assert one.found is not None and 12 < one.draws <= 25

    two = chosen({0: (60, 0.82), 1: (60, 0.79)}, budget=25)
    assert two[1].found is None and "checks" in two[1].reason
    assert two[0].found is not None


def test_the_checks_planned_are_those_of_the_hardest_class_for_each():
    both = chosen({0: (60, 0.95), 1: (60, 0.82)})
    easy, hard = both[0].draws, both[1].draws
    assert easy < hard
    assert checks_for(list(both.values())) == 2 * hard
    assert checks_for([]) == 0

"""Which images come next."""

from dataclasses import replace

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from mlassist.prediction.core.annotation_time import (
    COMPARED,
    CORRECT,
    DRAW,
    VERIFY,
    Seconds,
    expected_objects,
)
from mlassist.selection.core.usefulness import Choice, rank
from tests.mlassist.drawn import boxes


def seen(scores: list[float], class_id: int = 1) -> BoxSet:
    rows = [(20 * i, 0, 20 * i + 10, 10, score) for i, score in enumerate(scores)]
    return boxes(*rows, class_id=class_id)


def choices(count: int, class_id: int = 1) -> list[Choice]:
    """Image i expects i / 10 objects."""
    return [Choice(f"image-{i}", seen([0.1] * i, class_id)) for i in range(count)]


def ordered(priorities: list[float | None]) -> list[int]:
    kept = [(p, i) for i, p in enumerate(priorities) if p is not None]
    return [i for _, i in sorted(kept, reverse=True)]


def ranked(items: list[Choice], **changes: object) -> list[float | None]:
    settings: dict = {"seed": 0, "labelled": {1: 5}, "suggestions": False}
    return rank(items, **(settings | changes))


def test_expected_objects_include_faint_boxes():
    assert expected_objects(seen([0.9, 0.2, 0.1])) == pytest.approx(1.2)
    assert expected_objects(seen([0.9]), class_id=2) == 0


def test_seconds_to_draw_and_to_correct_by_hand():
    image, times = seen([0.8, 0.2]), Seconds()

    assert times.to_draw(image) == pytest.approx(2 + 2 + 1.0 * 7)
    # One shown box, right with .8: 2 + 1.5 + .5 * 2 + .8 * .15 * 4.5 + .2 * 1.5 + .2 * 7.
    assert times.to_correct(image) == pytest.approx(6.74)


def test_a_box_is_shown_where_that_saves_time():
    times = Seconds()

    # 1 + p .15 4.5 + (1 - p) 1.5 < 7 p from p = 2.5 / 7.825 = .3195 on.
    assert times.shows(seen([0.32, 0.319])).tolist() == [True, False]
    assert times.shows(seen([])).shape == (0,)


def test_peoples_own_seconds_replace_the_start_values_bit_by_bit():
    assert Seconds.measured({}) == Seconds()

    slow = {"drawn": {"seconds": 17.0, "answers": 50}, "empty": {"seconds": 1.0, "answers": 10**6}}
    times = Seconds.measured(slow)

    assert times.draw == pytest.approx(12)  # half of the way after 50 answers
    assert times.search == 0.5 and times.fix == Seconds.fix
    assert times.shows(seen([0.25])).tolist() == [True]  # drawing is dear, so faint boxes help


def test_an_image_goes_the_way_that_takes_least():
    sure, faint = seen([0.9, 0.8]), seen([0.3, 0.1])
    assert Seconds().route(sure) == VERIFY
    # mending takes these people longer than drawing
    clumsy = {
        "adjusted": {"seconds": 60, "answers": 10**4},
        "drawn": {"seconds": 2, "answers": 10**4},
    }
    assert Seconds.measured(clumsy).route(sure) == DRAW
    assert Seconds().route(faint) == DRAW  # nothing is worth showing
    assert Seconds(search=0.0, scan=20.0).route(sure) == DRAW

    def both(alone: float, answers: int = 100) -> Seconds:
        return Seconds.measured(
            {
                "accepted": {"seconds": 1.0, "answers": 100},
                "verified": {"seconds": alone, "answers": answers},
            }
        )

    assert both(0.9).route(sure) == VERIFY
    assert both(4.0).route(sure) == CORRECT
    assert both(4.0, answers=COMPARED - 1).route(sure) == VERIFY  # too few to compare


def test_three_images_of_four_come_by_objects_and_one_at_random():
    order = ordered(ranked(choices(40)))

    by_objects = [i for place, i in enumerate(order[:20]) if place % 4 != 3]
    assert by_objects[0] == 39
    assert by_objects == sorted(by_objects, reverse=True)
    at_random = [i for place, i in enumerate(order[:20]) if place % 4 == 3]
    assert min(at_random) < 15


def test_every_image_has_its_own_priority_and_the_order_depends_on_the_seed_alone():
    items = choices(40)

    first = ranked(items)

    assert first == ranked(items)
    assert first != ranked(items, seed=1)
    assert sorted(ordered(first)) == list(range(40))
    assert len(set(first)) == 40


def test_the_most_crowded_two_percent_are_left_for_later():
    priorities = ranked(choices(100))

    assert [i for i, p in enumerate(priorities) if p is None] == [98, 99]


def test_one_place_in_ten_goes_to_the_class_with_the_fewest_labels():
    items = choices(100) + [Choice(f"rare-{i}", seen([0.4], class_id=2)) for i in range(20)]

    order = ordered(ranked(items, labelled={1: 50, 2: 3}))

    assert sum(i >= 100 for i in order[:40]) >= 4
    assert order[0] >= 100
    assert order[10] >= 100


def test_a_rare_class_that_is_seen_nowhere_takes_no_places():
    items = choices(40)

    assert ranked(items, labelled={1: 50, 2: 0}) == ranked(items, labelled={1: 50})


def test_images_that_will_be_accepted_are_not_chosen_once_half_are_covered():
    items = [replace(one, acceptable=i >= 20) for i, one in enumerate(choices(40))]

    early = ranked(items, estimated_share=0.5)
    late = ranked(items, estimated_share=0.51)

    assert None not in early
    assert [i for i, p in enumerate(late) if p is None] == list(range(20, 40))


def test_an_empty_pool_and_empty_predictions_are_ranked_too():
    blank = [Choice(f"blank-{i}", boxes()) for i in range(5)]

    assert ranked([]) == []
    assert sorted(p for p in ranked(blank) if p) == pytest.approx(np.arange(1, 6) / 5)

"""Corrected work compared with blind work, and where a honeypot may lie."""

import numpy as np
import pytest

from labeling.assignments.core import honeypots
from labeling.assignments.core.ways import LEAST, Control, compare_ways
from labeling.kernel.boxes import BoxSet, pack
from tests.factories import box


def drawn(chance: np.random.Generator, spread: float, class_id: int = 0) -> BoxSet:
    """One person's box round the same object, its edges off by `spread` pixels."""
    edges = np.array([[20, 20, 80, 80]]) + chance.normal(0, spread, (1, 4))
    return BoxSet(edges, np.array([class_id]), np.ones(1))


def images(chance: np.random.Generator, count: int, *, corrected: float, blanks: int = 2):
    return [
        Control(
            (drawn(chance, corrected),),
            tuple(drawn(chance, 2.5) for _ in range(blanks)),
        )
        for _ in range(count)
    ]


def test_sound_correcting_is_rarely_taken_for_harm_and_harm_is_seen():
    chance = np.random.default_rng(5)
    falls = {
        spread: sum(
            compare_ways(images(chance, 20, corrected=spread), [0])[0].falls_back
            for _ in range(200)
        )
        for spread in (1.0, 2.5, 9.0)
    }
    assert falls[1.0] == 0
    assert falls[2.5] <= 10  # a twentieth
    assert falls[9.0] >= 190


def test_two_people_are_compared_with_images_that_both_drew_drawn_blind():
    chance = np.random.default_rng(6)
    elsewhere = [Control((), (drawn(chance, 2), drawn(chance, 2))) for _ in range(30)]
    bad = images(chance, 20, corrected=9, blanks=1)

    found = compare_ways([*bad, *elsewhere], [0])[0]

    assert found.falls_back and found.images == 20
    assert found.blank is not None and found.blank > 0.85 > found.corrected
    assert compare_ways(elsewhere, [0]) == []  # nothing was corrected there


def test_nothing_is_concluded_from_a_few_images_nor_of_a_class_nobody_saw():
    chance = np.random.default_rng(7)
    few = compare_ways(images(chance, LEAST - 1, corrected=12), [0, 1])
    assert [(c.class_id, c.blank, c.falls_back) for c in few] == [(0, None, False)]


def test_a_honeypot_box_overlaps_nothing_and_comes_out_again():
    shown = [{**box(10, 10, 40), "score": 0.9}, {**box(100, 60, 30, 1), "score": 0.4}]
    places = set()
    for number in range(40):
        honeypot, place = honeypots.plant(shown, 200, 150, f"seed {number}")
        wrong = honeypot[place]
        assert [b for b in honeypot if b is not wrong] == shown
        assert honeypots.plant(shown, 200, 150, f"seed {number}") == (honeypot, place)
        assert 0 <= wrong["x1"] < wrong["x2"] <= 200 and 0 <= wrong["y1"] < wrong["y2"] <= 150
        apart = compare_ways([Control((pack([wrong]),), (pack([shown[0]]),))], [0, 1])
        assert all(c.corrected == 0 for c in apart)
        assert honeypots.without([{**b, "x1": b["x1"] + 0.05} for b in honeypot], wrong) == [
            {**b, "x1": b["x1"] + 0.05} for b in shown
        ]
        assert [b["score"] for b in honeypot] == sorted(
            (b["score"] for b in honeypot), reverse=True
        )
        places.add(place)
    assert places == {0, 1, 2}
    assert honeypots.plant([], 200, 150, "s") is None
    assert honeypots.plant([box(0, 0, 150)], 150, 150, "s") is None  # no room


HONEYPOT = box(100, 50, 40)
RIGHT = box(10, 10, 40)


@pytest.mark.parametrize("outcome", [None, "accepted", "changed"])
@pytest.mark.parametrize(
    "left",
    [
        [box(104, 53, 40)],  # nudged
        [box(98, 48, 46)],  # resized
        [box(100, 50, 40, 1)],  # of another class
        [box(103, 50, 40, 1)],  # both
        [box(100, 50, 40), box(105, 55, 40)],  # copied
    ],
)
def test_a_honeypot_box_is_kept_out_whatever_was_done_to_it(outcome, left):
    assert honeypots.without([RIGHT, *left], HONEYPOT, outcome=outcome) == [RIGHT]


def test_a_honeypot_box_that_was_shrunk_much_is_known_by_what_the_page_says():
    small = box(100, 50, 20)
    assert honeypots.without([RIGHT, small], HONEYPOT, outcome="changed") == [RIGHT]
    assert honeypots.without([RIGHT, small], HONEYPOT) == [RIGHT, small]


def test_a_true_object_at_the_honeypot_place_stays():
    near, far = box(104, 53, 40), box(150, 90, 40)
    for outcome in ("dismissed", "left", "unseen"):  # so it was drawn anew
        assert honeypots.without([RIGHT, near], HONEYPOT, outcome=outcome) == [RIGHT, near]
        assert honeypots.without([RIGHT, HONEYPOT], HONEYPOT, outcome=outcome) == [RIGHT]
    for outcome in (None, "accepted", "changed"):
        seen = [box(102, 51, 42), box(102, 51, 42, 1)]
        assert honeypots.without([near], HONEYPOT, outcome=outcome, others=seen[:1]) == [near]
        assert honeypots.without([near], HONEYPOT, outcome=outcome, others=seen[1:]) == []
        assert honeypots.without([far], HONEYPOT, outcome=outcome) == [far]  # dragged to an object
    assert honeypots.without([], HONEYPOT) == []

"""What checks count by their checkers' conduct, and what checks made twice tell: the pure rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.certification.core import checked_twice, counted
from labeling.certification.core.counted import Check, Record
from tests.factories import box


def check(found=3, added=0, checker=1, value=1.0, drawn_value=0.2, missed=None) -> Check:
    return Check(checker, value, drawn_value, found, added, missed)


EMPTY = check(0, 2)
CHECKS = st.builds(
    lambda checker, found, added, missed, pair: check(
        found, added, checker, max(pair), min(pair), missed
    ),
    st.integers(1, 2),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([None, False, True]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
PLACES = st.lists(st.tuples(CHECKS, st.none() | CHECKS), max_size=30)


class TestValues:
    @pytest.mark.parametrize(
        ("found", "added", "incomplete"), [(1, 1, False), (0, 1, True), (2, 3, True), (0, 0, False)]
    )
    def test_incomplete_is_a_drawing_of_less_than_half(self, found, added, incomplete):
        assert check(found, added).is_incomplete == incomplete

    def test_of_boxes_it_counts_what_the_drawing_matches_and_what_was_added(self):
        label, drawn = [box(10), box(100)], [box(12), box(60, 60)]
        one = Check.of("quality", 1, label, drawn, [*drawn, box(100)], False)
        assert (one.found, one.added) == (1, 1)
        assert one.drawn_value < one.value < 1
        assert Check.of("quality", 1, label, drawn, None) == Check(1, 0.0, 0.0)
        shown = Check.of("quality", 1, label, None, label)
        assert (shown.value, shown.drawn_value, shown.is_incomplete) == (1.0, 1.0, False)

    def test_the_second_check_counts_where_the_first_was_incomplete_and_only_there(self):
        second = check(checker=2, value=0.7, drawn_value=0.7)
        assert counted.values([(EMPTY, second), (check(), second)]) == [0.7, 1.0]

    def test_after_two_incomplete_drawings_the_second_counts_as_drawn_if_that_is_usual(self):
        again = check(0, 2, checker=2, drawn_value=0.1)
        assert counted.values([(EMPTY, again)] * 3) == [1.0, 0.1, 0.1]

    def test_who_is_alone_is_forgiven_one_in_twenty(self):
        alone = [(EMPTY, None)] + [(check(), None)] * 20 + [(EMPTY, None)] * 2
        assert counted.values(alone)[-2:] == [1.0, 0.2]

    def test_who_adds_most_is_found_out_and_adds_nothing_any_more(self):
        record = Record()
        for _ in range(4):
            assert not record.draws_too_little
            record.add(EMPTY)
        assert record.draws_too_little
        blank = Check(1, 1.0, 1.0)  # nothing drawn, and the label is empty, too
        assert counted.values([(EMPTY, None)] * 3 + [(blank, None)])[-1] == 1.0
        assert counted.values([(EMPTY, None)] * 4 + [(blank, None)])[-1] == 0.0

    def test_honest_people_who_see_85_of_100_objects_are_stopped_in_at_most_one_of_100(self):
        """Images of one object each: the hardest case."""
        rng = np.random.default_rng(3)
        stopped = 0
        for _ in range(1000):
            record = Record()
            for missed in rng.random(150) > 0.85:
                record.add(check(0, 1) if missed else check(1, 0))
            stopped += record.draws_too_little
        assert stopped <= 10

    @given(PLACES)
    def test_what_checkers_do_never_raises_a_value_above_the_check_that_counts(self, places):
        for value, (first, second) in zip(counted.values(places), places, strict=True):
            made = second if first.is_incomplete and second else first
            assert value in (made.value, made.drawn_value, 0.0)
            assert value <= made.value

    @given(PLACES)
    def test_later_checks_change_no_value(self, places):
        values = counted.values(places)
        for n in range(len(places)):
            assert counted.values(places[:n]) == values[:n]


def twice(rng, images: int, people: float, hidden: float = 0.0):
    """Draws that two people made of four objects, each seen with chance `people`, a share `hidden`
    by nobody; the label has every other one."""
    draws, objects = [], [box(50 * i, 0, 40) for i in range(4)]
    for i in range(images):
        there = [one for one in objects if rng.random() >= hidden]
        drawn, again = ([one for one in there if rng.random() < people] for _ in range(2))
        added = [one for one in there[::2] if one not in drawn]
        draws.append(
            {
                "image": f"{i:064x}",
                "drawn": drawn,
                "boxes": drawn + added,
                "blind_drawn": again,
                "blind_boxes": again,
            }
        )
    return draws


class TestMeasure:
    def test_it_tells_how_two_people_agree_and_what_both_and_the_label_miss(self):
        draws = twice(np.random.default_rng(4), 20_000, 0.8)
        found = checked_twice.measure(draws, "s")
        assert 1_800 < found["images"] < 2_200
        assert found["sensitivity"] == pytest.approx(0.8, abs=0.02)
        assert found["agreement"] == pytest.approx(0.64 / 0.96, abs=0.02)
        assert found["unseen"] == pytest.approx(0.1, abs=0.02)  # .2 of the half without a label

    def test_what_nobody_can_see_it_cannot_tell(self):
        draws = twice(np.random.default_rng(5), 20_000, 1.0, 0.3)
        assert checked_twice.measure(draws, "s")["unseen"] == 0.0

    def test_of_few_images_it_tells_nothing(self):
        assert checked_twice.measure(twice(np.random.default_rng(6), 30, 0.8), "s") is None

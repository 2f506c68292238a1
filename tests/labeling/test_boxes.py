"""Boxes and quality: the door, overlap, matching, the golden cases of docs/algorithms.md 3.2."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.kernel.boxes import (
    BoxSet,
    iou_matrix,
    match,
    pack,
    parse_boxes,
    unpack,
    without_scores,
)
from labeling.kernel.errors import Invalid
from labeling.kernel.quality import compare, quality, tutorial_miou


def boxes(*rows, classes=None, scores=None) -> BoxSet:
    coords = np.array(rows, float).reshape(-1, 4)
    n = len(coords)
    return BoxSet(
        coords,
        np.zeros(n, np.int64) if classes is None else np.array(classes, np.int64),
        np.ones(n) if scores is None else np.array(scores, float),
    )


def box(x1, y1, x2, y2, class_id=0, **extra) -> dict:
    return {"class_id": class_id, "x1": x1, "y1": y1, "x2": x2, "y2": y2, **extra}


def test_a_box_over_the_edge_by_a_rounding_is_clipped():
    found = parse_boxes([box(-0.4, 0, 100.9, 50)], width=100, height=50, classes={0})
    assert found == [box(0, 0, 100, 50)]


@pytest.mark.parametrize("raw", [None, "boxes", {"a": 1}, [1], [None], [[]]])
def test_what_is_no_list_of_boxes_is_refused(raw):
    with pytest.raises(Invalid):
        parse_boxes(raw, width=10, height=10, classes={0})


def test_a_score_outside_0_to_1_is_refused():
    with pytest.raises(Invalid, match="0 to 1"):
        parse_boxes([box(1, 1, 5, 5, score=1.2)], width=10, height=10, classes={0})


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
wild_box = st.dictionaries(
    st.sampled_from(["class_id", "x1", "y1", "x2", "y2", "score"]), json_values
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(json_values | st.lists(wild_box, max_size=3))
def test_the_door_lets_through_valid_boxes_or_refuses_and_does_nothing_else(raw):
    try:
        found = parse_boxes(raw, width=64, height=48, classes={0, 1})
    except Invalid:
        return
    for b in found:
        assert 0 <= b["x1"] < b["x2"] <= 64
        assert 0 <= b["y1"] < b["y2"] <= 48
    assert parse_boxes(found, width=64, height=48, classes={0, 1}) == found


def test_packing_and_unpacking_keeps_everything():
    rows = [box(1, 2, 3.5, 4, 1, score=0.25), box(0, 0, 9, 9, score=1.0)]
    assert unpack(pack(rows)) == rows
    assert without_scores(rows)[0] == box(1, 2, 3.5, 4, 1)


def test_overlap_worked_by_hand():
    """[0,10]x[0,10] against [5,15]x[0,10]: 50 shared of 150."""
    found = iou_matrix(
        np.array([[0, 0, 10, 10.0]]), np.array([[5, 0, 15, 10.0], [20, 20, 30, 30.0]])
    )
    assert found[0] == pytest.approx([1 / 3, 0])


def test_matching_takes_the_largest_total_not_the_greedy_first():
    """a0 overlaps b0 by .8 and b1 by .7, a1 overlaps b0 by .75 only: the best total crosses."""
    a = boxes([0, 0, 100, 100], [0, 0, 75, 100])
    b = boxes([0, 0, 80, 100], [0, 0, 100, 70])
    rows, cols, iou = match(a, b)
    assert dict(zip(rows.tolist(), cols.tolist(), strict=True)) == {0: 1, 1: 0}
    assert iou.sum() == pytest.approx(0.7 + 75 / 80)


def test_classes_do_not_match_each_other():
    a, b = boxes([0, 0, 10, 10], classes=[0]), boxes([0, 0, 10, 10], classes=[1])
    assert quality(a, b) == 0
    assert len(match(a, b, same_class=False)[0]) == 1


THREE = boxes([0, 0, 100, 100], [200, 0, 300, 100], [400, 0, 500, 100])


def outward(rows: BoxSet, share: float) -> BoxSet:
    side = rows.coords[:, 2:] - rows.coords[:, :2]
    return boxes(*np.c_[rows.coords[:, :2] - share * side, rows.coords[:, 2:] + share * side])


GOLDEN = {
    "all edges 3 % outward": (outward(THREE, 0.03), 0.890, 0.890),
    "one missed": (THREE.take(np.array([0, 1])), 0.667, 0.667),
    "one extra": (boxes(*THREE.coords, [600, 0, 700, 100]), 0.750, 0.750),
    "one at IoU .55": (boxes(*THREE.coords[:2], [400, 0, 455, 100]), 0.850, 0.850),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_quality_of_the_golden_cases(case):
    predicted, expected, notebook = GOLDEN[case]
    assert quality(predicted, THREE) == pytest.approx(expected, abs=0.001)
    assert tutorial_miou(predicted, THREE) == pytest.approx(notebook, abs=0.001)


def test_a_grazing_box_counts_as_wrong_here_and_as_right_in_the_tutorial():
    grazing = boxes(*THREE.coords[:2], [499, 99, 600, 200])
    assert quality(grazing, THREE) == pytest.approx(2 / 4)
    assert tutorial_miou(grazing, THREE) == pytest.approx((2 + 1 / 20200) / 3, abs=0.001)


def test_two_empty_sides_agree_and_one_empty_side_does_not():
    nothing = boxes()
    assert quality(nothing, nothing) == tutorial_miou(nothing, nothing) == 1
    assert quality(THREE, nothing) == quality(nothing, THREE) == 0
    assert compare(nothing, nothing).defect_free
    assert compare(THREE, THREE).f1 == 1


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 10**6))
def test_quality_lies_in_0_to_1_and_does_not_mind_the_side(n, m, seed):
    rng = np.random.default_rng(seed)

    def some(k: int) -> BoxSet:
        corner = rng.uniform(0, 80, (k, 2))
        return boxes(*np.c_[corner, corner + rng.uniform(2, 40, (k, 2))])

    a, b = some(n), some(m)
    assert 0 <= quality(a, b) <= 1
    assert quality(a, b) == pytest.approx(quality(b, a))
    assert quality(a, a) == pytest.approx(1)

"""Which detector a job gets by itself: from machine, weights and the sizes of its boxes."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from mlassist.detectors.choice import PIXELS, choose
from mlassist.detectors.designs import MOBILENET_V2, MOBILENET_V3, RESNET50, SMALL, TITLES
from mlassist.detectors.sizes import (
    SIDES,
    USUAL,
    Sizes,
    anchors_for,
    proposals_for,
    relative_sides,
    side_for,
)
from tests.mlassist.drawn import boxes


def squares_of(share: float, count: int = 20) -> tuple[list[BoxSet], list[tuple[int, int]]]:
    """Pictures of 400 by 400 with one square each of this share of the side."""
    return [boxes((0, 0, 400 * share, 400 * share))] * count, [(400, 400)] * count


@pytest.mark.parametrize(
    ("wanted", "had", "device", "design", "reason"),
    [
        ("auto", TITLES, "cuda", RESNET50, "a machine with a GPU"),
        ("auto", TITLES, "cpu", MOBILENET_V3, "training on a CPU"),
        ("auto", {MOBILENET_V2}, "cuda", MOBILENET_V2, "a machine with a GPU"),
        ("auto", {RESNET50}, "cpu", RESNET50, "the only ones at hand"),
        ("auto", (), "cuda", SMALL, "no pretrained weights"),
        (MOBILENET_V2, (), "cpu", MOBILENET_V2, "was asked for"),
        (RESNET50, TITLES, "cpu", RESNET50, "was asked for"),
    ],
)
def test_the_design_follows_from_machine_weights_and_wish(wanted, had, device, design, reason):
    plan = choose(wanted, had, device, *squares_of(0.5))

    assert plan.design == design
    assert reason in plan.why


def test_a_design_whose_weights_are_missing_is_refused():
    with pytest.raises(Invalid, match=r"needs its published weights, and this machine has mob"):
        choose(RESNET50, {MOBILENET_V2}, "cpu", *squares_of(0.5))
    with pytest.raises(Invalid, match="Unknown design"):
        choose("yolo", TITLES, "cpu", *squares_of(0.5))


def test_large_objects_get_the_canvas_and_anchors_measured_on_birds():
    plan = choose("auto", {MOBILENET_V2}, "cpu", *squares_of(0.4))

    assert (plan.side, plan.sizes) == (256, USUAL)
    assert "the usual one" in plan.why


def test_small_objects_get_a_larger_canvas_and_anchors_of_their_size():
    share = PIXELS / 400
    plan = choose("auto", {MOBILENET_V2}, "cpu", *squares_of(share))

    assert plan.side == 448  # the first of SIDES that is 400 or more
    assert plan.sizes.anchors == ((round(448 * share),) * 2,) * 3
    assert f"{share:.1%}" in plan.why


def test_tiny_objects_are_bounded_by_what_the_machine_can_do():
    on_cpu = choose("auto", {MOBILENET_V2}, "cpu", *squares_of(0.01))
    on_gpu = choose("auto", {MOBILENET_V2}, "cuda", *squares_of(0.01))

    assert on_cpu.side < on_gpu.side == SIDES[-1]
    assert "too slow" in on_cpu.why


def test_published_anchors_stay_and_only_the_canvas_grows():
    plan = choose("auto", {MOBILENET_V3}, "cpu", *squares_of(0.01))

    assert plan.side > 320
    assert plan.sizes == USUAL


def test_relative_sides_are_shares_of_the_area():
    found = relative_sides([boxes((0, 0, 20, 5), (0, 0, 200, 50)), boxes()], [(200, 50), (9, 9)])

    assert found.tolist() == [0.1, 1.0]


def test_the_canvas_is_the_smallest_that_shows_nine_of_ten_boxes_well():
    sides = np.linspace(0.05, 1, 100)  # one in ten is under about .145
    assert side_for(sides, 256, 0.145 * 300, most=512) == 320
    assert side_for(sides, 256, 1, most=512) == 256
    assert side_for(sides, 256, 500, most=448) == 448
    assert side_for(np.zeros(0), 256, 500) == 256


def test_anchors_are_quantiles_of_the_boxes_finest_level_first():
    assert anchors_for(np.linspace(0, 1, 101), 400, 2) == ((50, 150), (250, 350))
    assert anchors_for(np.full(3, 0.001), 400, 2) == ((4, 4), (4, 4))  # below it is noise


def test_crowded_pictures_get_more_proposals():
    crowd = boxes(*[(0, 0, 9, 9)] * 30)
    assert proposals_for([]) == proposals_for([boxes((0, 0, 9, 9))]) == 50
    assert proposals_for([crowd] * 3) == 120
    assert proposals_for([boxes(*[(0, 0, 9, 9)] * 90)]) == 200


def test_sizes_survive_json():
    chosen = Sizes(((8, 12), (20, 40)), 90)
    assert Sizes.from_json(chosen.to_json()) == chosen

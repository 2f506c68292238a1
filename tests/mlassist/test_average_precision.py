"""COCO's average precision: known cases, and what a job shows of it."""

import numpy as np
import pytest

from labeling.kernel.boxes import BoxSet
from mlassist.calibration.core.average_precision import average_precision


def boxes(*rows: tuple[float, float, float, float, int, float]) -> BoxSet:
    table = np.array(rows, float).reshape(-1, 6)
    return BoxSet(table[:, :4], table[:, 4].astype(np.int64), table[:, 5])


TRUTH = boxes((0, 0, 100, 100, 0, 1), (200, 0, 260, 60, 1, 1))


def test_exact_boxes_reach_one_and_nothing_prints(capsys):
    assert average_precision([TRUTH], [TRUTH]) == {"ap": 1.0, "ap50": 1.0, "ap75": 1.0}
    assert capsys.readouterr().out == ""


def test_a_loose_box_counts_up_to_its_overlap():
    """IoU .8 of one class counts at .50 to .80, seven of ten; the other class is exact."""
    found = boxes((0, 0, 100, 80, 0, 0.9), (200, 0, 260, 60, 1, 0.8))
    assert average_precision([found], [TRUTH]) == {"ap": 0.85, "ap50": 1.0, "ap75": 1.0}


def test_a_surer_false_box_halves_precision_and_the_wrong_class_finds_nothing():
    false_first = boxes((300, 300, 400, 400, 0, 0.95), (0, 0, 100, 100, 0, 0.9))
    only = boxes((0, 0, 100, 100, 0, 1))
    assert average_precision([false_first], [only]) == {"ap": 0.5, "ap50": 0.5, "ap75": 0.5}
    swapped = boxes((0, 0, 100, 100, 1, 0.9), (200, 0, 260, 60, 0, 0.9))
    assert average_precision([swapped], [TRUTH]) == {"ap": 0.0, "ap50": 0.0, "ap75": 0.0}


def test_images_are_apart_and_the_first_box_counts_too():
    """COCO's matching takes the number 0 for "no match": ours begin at 1."""
    one = boxes((0, 0, 50, 50, 0, 0.9))
    assert average_precision([one, one], [one, one])["ap"] == 1.0
    nothing = boxes()
    half = average_precision([one, nothing], [one, one])["ap"]
    assert half == pytest.approx(0.505, abs=0.005)  # 51 of 101 recall points


def test_without_a_true_object_there_is_none():
    assert average_precision([TRUTH], [boxes()]) is None
    assert average_precision([boxes()], [TRUTH]) == {"ap": 0.0, "ap50": 0.0, "ap75": 0.0}

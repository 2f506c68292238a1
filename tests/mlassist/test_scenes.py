"""The demo's drawn scenes."""

import numpy as np

from labeling.kernel.boxes import parse_boxes
from labeling.simulation.scenes import CLASSES, MOST_OBJECTS, SIZE, draw


def test_a_scene_depends_on_its_seed_and_index_alone():
    first, again, other = draw(1, 5), draw(1, 5), draw(2, 5)

    assert np.array_equal(np.asarray(first[0]), np.asarray(again[0]))
    assert first[1] == again[1]
    assert not np.array_equal(np.asarray(first[0]), np.asarray(other[0]))


def test_boxes_of_scenes_pass_the_door_for_boxes_and_show_every_class():
    counts = dict.fromkeys(range(len(CLASSES)), 0)
    numbers = set()

    for index in range(40):
        picture, boxes = draw(0, index)
        assert picture.size == SIZE
        assert picture.mode == "RGB"
        assert parse_boxes(boxes, width=SIZE[0], height=SIZE[1], classes=range(3)) == boxes
        numbers.add(len(boxes))
        for box in boxes:
            counts[box["class_id"]] += 1

    assert min(counts.values()) >= 10
    assert min(numbers) == 0
    assert max(numbers) == MOST_OBJECTS

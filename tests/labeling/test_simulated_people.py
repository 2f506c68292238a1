"""Simulated people: a rehearsal's reviewers have a noise of their own."""

import numpy as np

from labeling.kernel.boxes import Box, pack
from labeling.kernel.quality import compare
from labeling.simulation.crowd import Person

TRUTH: list[Box] = [
    {"class_id": 0, "x1": x, "y1": 20.0, "x2": x + 60.0, "y2": 80.0} for x in (10.0, 110.0, 210.0)
]


def seen(person: Person) -> tuple[float, float]:
    """Share of the objects marked, and mean IoU of the boxes, of 400 drawings."""
    found = [compare(pack(person.draw(TRUTH, (300, 100), 1)[0]), pack(TRUTH)) for _ in range(400)]
    both = sum(one.true_positives for one in found)
    return both / (400 * len(TRUTH)), sum(one.matched_iou for one in found) / both


def test_reviewers_see_and_draw_a_little_better_than_annotators():
    """Else a rehearsal cannot show what a proof takes from others than its checkers."""
    drawn, near = seen(Person(np.random.default_rng(1)))
    checked, nearer = seen(Person.reviewer(np.random.default_rng(2)))
    assert 0.92 < drawn < 0.955 < checked < 0.985
    assert near + 0.01 < nearer < 0.97

"""The benchmarks' figures: what they say of their goals, and that they can be kept."""

import json

import numpy as np

from benchmarks.figures import Figure, Goal, table


def test_figures_of_any_number_type_can_be_written_and_judged():
    figures = [
        Figure("share", np.float64(0.072), "share", Goal("<=", 0.1134)),
        Figure("seats", np.int64(1), "seats", Goal("=", 0)),
        Figure("seconds", 2, "s"),
    ]
    written = json.loads(json.dumps([f.to_json() for f in figures]))
    assert [f["met"] for f in written] == [True, False, None]
    assert table(figures).count("MISSED") == 1

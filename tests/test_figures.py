"""The benchmarks' figures: what they say of their goals, and that they can be kept."""

import json

import numpy as np
import pytest

from benchmarks import certificate, checkers
from benchmarks.figures import Figure, Goal, table


def test_figures_of_any_number_type_can_be_written_and_judged():
    figures = [
        Figure("share", np.float64(0.072), "share", Goal("<=", 0.1134)),
        Figure("assignments", np.int64(1), "assignments", Goal("=", 0)),
        Figure("seconds", 2, "s"),
    ]
    written = json.loads(json.dumps([f.to_json() for f in figures]))
    assert [f["met"] for f in written] == [True, False, None]
    assert table(figures).count("MISSED") == 1


@pytest.mark.parametrize("mean", [certificate.TARGET - 1e-6, certificate.TARGET + 0.06])
def test_a_simulated_set_has_the_mean_it_is_said_to_have(mean):
    for seed in range(20):
        values = certificate.pool(np.random.default_rng(seed), mean)
        assert values.mean() == pytest.approx(mean, abs=1e-8)
        assert 0 <= values.min() <= values.max() <= 1


def test_simulated_checkers_do_what_their_rows_say(monkeypatch):
    monkeypatch.setattr(checkers, "IMAGES", 200)
    pools = {
        row.name: checkers.Pool.of(row, np.random.default_rng(1))
        for row in checkers.ROWS
        if row.name
        in {
            "experts",
            "copy the label",
            "boxes shown, one in five blind",
            "draw nothing, answer the reveals rightly",
            "say yes to every reveal",
        }
        or row.unseen == 0.1
    }

    def mean(pool: checkers.Pool) -> float:
        return float(np.mean([check.value for drawn in pool.checks for check in drawn]))

    copied, missed = pools["copy the label"], pools["10 % of objects missed by all"]
    assert mean(copied) == 1 and copied.mean < 0.9
    assert mean(pools["experts"]) == pytest.approx(pools["experts"].mean, abs=0.01)
    assert mean(missed) > missed.mean + 0.03
    shown = pools["boxes shown, one in five blind"]
    assert np.mean(shown.shown) > mean(shown) + 0.02
    empty, yes = pools["draw nothing, answer the reveals rightly"], pools["say yes to every reveal"]
    assert all(check.found == 0 for drawn in empty.checks for check in drawn)
    asked = [check.missed_honeypot for drawn in yes.checks for check in drawn]
    assert set(asked) == {True, None}

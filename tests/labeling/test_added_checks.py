"""Checks that are added by rule while they speak for a set."""

from dataclasses import replace

import numpy as np
import pytest

from labeling.certification.core import nested_test
from tests.labeling.bets import LEVEL, TARGET, added_to, plan_of, pool


def test_the_level_holds_where_checks_are_added():
    """500 sets just below the target, 40 checks planned and up to 80 made."""
    rng = np.random.default_rng(7)
    runs, wrong, longer = 500, 0, 0
    for _ in range(runs):
        values = rng.permutation(pool(rng, 150, TARGET - 1e-6)).tolist()
        plan = added_to(plan_of(np.zeros(150, int), 1, 40), values, 80)
        longer += plan.budget > 40
        wrong += nested_test.run_test(plan, values[: plan.budget]).complete

    assert longer > 0.05 * runs
    assert wrong / runs <= LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)


def test_checks_are_added_while_they_speak_for_a_set_and_twice_the_planned_ones_at_most():
    ranks = np.zeros(200, int)
    plan = plan_of(ranks, 1, 40, level=1e-6)  # a little above the target: never shown so soon
    a_little_above = [0.8, 0.78] * 100

    assert added_to(plan, a_little_above[:39], 80).budget == 40
    assert added_to(plan, a_little_above[:40], 80).budgets == ((0, 40), (40, 60))
    assert added_to(plan, a_little_above, 80).budgets == ((0, 40), (40, 60), (60, 80))
    assert added_to(plan, a_little_above, 70).budget == 70
    assert added_to(plan, [0.6] * 200, 80).budget == 40
    assert added_to(plan_of(ranks, 1, 40), [0.95] * 200, 80).budget == 40  # shown


@pytest.mark.parametrize(("to_win", "checks"), [(39, 40), (40, 80)])
def test_checks_are_added_for_twice_as_many_images_to_win(to_win, checks):
    """The strict set is shown, the loose one not yet."""
    ranks = np.random.default_rng(8).permutation(np.repeat([0, 1], [100 - to_win, to_win]))
    plan = replace(plan_of(ranks, 2, 40), targets=np.array([0.4, 0.78]))

    assert added_to(plan, [0.8, 0.78] * 50, 80).budget == checks


def test_what_was_added_does_not_change_with_later_draws():
    plan = plan_of(np.zeros(200, int), 1, 40, level=1e-6)
    values = [0.8, 0.78] * 20 + [0.0] * 10

    assert added_to(plan, values, 80).budgets == ((0, 40), (40, 60))

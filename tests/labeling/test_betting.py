"""The betting test: its level as it is used, its power, its stakes, its bounds."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from labeling.certification.core import betting, nested_test
from labeling.certification.core.expected import KNOWN, STEEPEST, Expected, expected_of
from tests.labeling.bets import LEVEL, TARGET, added_to, as_used, plan_of, pool


@pytest.mark.parametrize("sets", [1, 2, 3])
def test_a_look_sees_the_same_whatever_is_drawn_afterwards(sets):
    rng = np.random.default_rng(9)
    decided = 0
    for _ in range(20):
        values = rng.permutation(pool(rng, 120, TARGET + 0.07)).tolist()
        plan = plan_of(rng.integers(0, sets, 120), sets, 80)
        whole = nested_test.run_test(plan, values[:80])
        for n in range(10, 81, 10):
            look = nested_test.run_test(plan, values[:n])
            assert np.array_equal(look.path, whole.path[:n])
            assert look.decided_after in (None, whole.decided_after)
            assert look.complete == (whole.complete and whole.decided_after <= n)
            decided += look.complete and n < 80
    assert decided > 0


def test_the_level_holds_evaluated_after_every_draw(record_property):
    """500 sets whose mean lies just below the target: at most 10 % are certified."""
    rng = np.random.default_rng(0)
    runs, size, budget = 500, 150, 80
    wrong = rest_below = certified = 0
    for _ in range(runs):
        values = pool(rng, size, TARGET - 1e-6)
        plan = plan_of(np.zeros(size, int), 1, budget)
        order = rng.permutation(size)
        sets, drawn = as_used(plan, values[order])
        if sets:
            certified += 1
            wrong += values.mean() < TARGET
            rest_below += values[order][drawn:].mean() < TARGET

    allowed = LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)
    record_property("whole set below target", float(wrong / runs))
    record_property("unchecked rest below target, of the certified", float(rest_below / certified))
    assert wrong / runs <= allowed


def test_a_chain_of_nested_sets_keeps_the_level():
    """The strict set is sound, the loose one is not: the loose one is certified in at most 10 %."""
    rng = np.random.default_rng(1)
    runs, wrong = 500, 0
    for _ in range(runs):
        inner = pool(rng, 120, 0.82)
        outer = pool(rng, 120, 2 * (TARGET - 1e-6) - 0.82)
        values = np.concatenate([inner, outer])
        ranks = np.repeat([0, 1], 120)
        order = rng.permutation(240)
        sets, _ = as_used(plan_of(ranks[order], 2, 100), values[order])
        wrong += sets == 2

    assert wrong / runs <= LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)


def test_a_good_set_is_usually_certified_with_few_checks():
    """docs/algorithms.md 1.2: 400 images, target + .06, 80 checks planned: .87 by 52 checks."""
    rng = np.random.default_rng(2)
    shown = checks = 0
    for _ in range(200):
        values = rng.permutation(pool(rng, 400, 0.81))
        plan = added_to(plan_of(np.zeros(400, int), 1, 80), values.tolist(), 160)
        sets, drawn = as_used(plan, values)
        shown, checks = shown + sets, checks + drawn
    assert shown / 200 > 0.8
    assert checks / 200 < 65


def plainly(values, confidence, known: Expected, total: float, level: float, horizon: int):
    """The wealth of one set as docs/algorithms.md 1.2 says it, a number at a time."""
    size, wealth, path = len(confidence), 1.0, []
    ways = [(0.0, [*known.values[0]]), (known.slopes[0], [*known.controlled[0]])]
    for i, value in enumerate(values):
        if wealth >= 1 / level:
            path.append(wealth)
            continue
        rest, null = confidence[i:], (total - sum(values[:i])) / (size - i)
        found = []
        for slope, seen in ways:
            below = slope * (max(confidence) - np.mean(rest))
            apart = [max(y, -below) - null for y in seen]
            lead = (1 - betting.EDGE) * max(0.0, np.mean(apart))
            trusted = [max(a - lead, -(null + below)) for a in apart]
            low, high = 0.0, betting.CAP / (null + below)
            for _ in range(betting.HALVINGS):
                middle = (low + high) / 2
                if sum(a / (1 + middle * a) for a in trusted) > 0:
                    low = middle
                else:
                    high = middle
            growth = np.mean([math.log(1 + low * a) for a in apart])
            found.append((growth, low, slope, betting.CAP / (null + below)))
        growth, stake, slope, _ = max(found, key=lambda one: one[0])
        if growth * (horizon - i) < -math.log(level * wealth):
            chance, spread = level * wealth, np.std(ways[1][1])
            paid = norm.pdf(norm.ppf(chance)) / (chance * spread * math.sqrt(horizon - i))
            slope, stake = known.slopes[0], min(paid, found[1][3])
        wealth *= 1 + stake * (value - slope * (confidence[i] - np.mean(rest)) - null)
        for slope, seen in ways:
            seen.append(value - slope * (confidence[i] - np.mean(rest)))
        path.append(wealth)
    return path


@pytest.mark.parametrize(("margin", "horizon"), [(0.08, 80), (0.02, 80), (-0.05, 30)])
def test_the_wealth_is_what_the_formula_says(margin, horizon):
    rng = np.random.default_rng(3)
    values = pool(rng, 120, TARGET + margin)
    confidence = np.clip(values + rng.normal(0, 0.2, 120), 0, 1)
    known = pool(rng, 50, TARGET + 0.06)
    about = expected_of(np.clip(known + rng.normal(0, 0.2, 50), 0, 1), known)
    expected = Expected.of(confidence.tolist(), [about])
    assert about["slope"] > 0.1
    plan = replace(plan_of(np.zeros(120, int), 1, horizon), expected=expected)

    path = nested_test.run_test(plan, values[:horizon].tolist()).path[:, 0]
    total = 120 * TARGET
    told = plainly(values[:horizon].tolist(), confidence, expected, total, LEVEL, horizon)
    assert path == pytest.approx(told)


@pytest.mark.parametrize(("steepness", "slope"), [(1, 1), (-1, 0), (40, STEEPEST), (0, 0)])
def test_what_is_expected_of_a_set_follows_from_its_calibration_images(steepness, slope):
    confidence = np.linspace(0.7, 0.72, 15)
    quality = np.clip(0.6 + steepness * (confidence - 0.71), 0, 1)
    about = expected_of(confidence, quality)

    assert about["slope"] == pytest.approx(slope)
    assert (len(about["values"]), about["values"][0]) == (KNOWN, 0)
    assert about["values"][1:] == sorted(about["values"][1:])
    assert np.mean(about["values"][1:]) == pytest.approx(0.6, abs=0.001)
    spread = np.ptp(about["controlled"][1:])
    assert spread == pytest.approx(
        np.ptp(about["values"][1:]) * (1 - slope / (steepness or 1)), abs=1e-3
    )
    assert expected_of(np.full(3, 0.5), np.array([0.1, 0.5, 0.9]))["slope"] == 0


def test_the_control_by_confidence_keeps_the_level_and_saves_checks():
    """Sets at the target and above it, whose confidence foretells a part of the quality."""
    rng = np.random.default_rng(10)
    runs, wrong, drawn = 400, 0, {True: 0, False: 0}
    for _ in range(runs):
        known = pool(rng, 100, TARGET + 0.05)
        about = expected_of(known + rng.normal(0, 0.15, 100), known)
        for mean, counts in ((TARGET - 1e-6, False), (TARGET + 0.05, True)):
            values = rng.permutation(pool(rng, 150, mean))
            sure = (values + rng.normal(0, 0.15, 150)).tolist()
            plan = plan_of(np.zeros(150, int), 1, 100)
            with_it = replace(plan, expected=Expected.of(sure, [about]))
            if not counts:
                wrong += as_used(with_it, values)[0]
                continue
            without = replace(plan, expected=Expected.of([0.0] * 150, [about | {"slope": 0.0}]))
            drawn[True] += as_used(with_it, values)[1]
            drawn[False] += as_used(without, values)[1]

    assert wrong / runs <= LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)
    assert drawn[True] < 0.9 * drawn[False]


def test_hundreds_of_bad_draws_leave_nothing_and_no_strange_number():
    path = nested_test.run_test(plan_of(np.zeros(400, int), 1, 80), [0.0] * 300).path
    assert path[-1] == 0
    assert np.isfinite(path).all()


def test_raising_the_budget_keeps_the_wealth_won_so_far():
    rng = np.random.default_rng(4)
    values = rng.beta(8, 2, 60).tolist()
    ranks = np.zeros(200, int)
    short = nested_test.run_test(plan_of(ranks, 1, 30, 0.0001), values[:20])
    longer = replace(plan_of(ranks, 1, 30, 0.0001), budgets=((0, 30), (20, 60)))

    assert nested_test.run_test(longer, values[:20]).wealth == pytest.approx(short.wealth)
    assert longer.draws_left(21)[20, 0] == 40


def test_the_rest_has_its_own_lower_bound():
    """80 of 100 checked at .9: the bound of the unchecked 20 lies below what was seen."""
    plan = plan_of(np.zeros(100, int), 1, 80)
    bound = nested_test.rest_bound(plan, [0.9] * 80, 0)
    assert 0 < bound < 0.9
    assert nested_test.rest_bound(plan, [0.9] * 100, 0) == 1.0


def sound(rng: np.random.Generator) -> list[float]:
    """300 qualities whose mean is just at the target .6, in random order."""
    return rng.permutation(pool(rng, 300, 0.6 + 1e-6)).tolist()


def losses(values: list[float]) -> list[float]:
    return [1 - value for value in values]


def test_the_revoke_test_is_wrong_for_at_most_one_sound_set_in_twenty():
    rng = np.random.default_rng(5)
    runs = 400
    false = sum(
        betting.monitoring_wealth(losses(sound(rng)[:150]), 300, 0.4).max()
        >= betting.MONITORING_WEALTH
        for _ in range(runs)
    )
    assert false / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


def test_the_revoke_test_notices_a_bad_set():
    rng = np.random.default_rng(6)
    values = rng.permutation(pool(rng, 300, 0.4))[:80].tolist()
    assert betting.monitoring_wealth(losses(values), 300, 0.4).max() >= betting.MONITORING_WEALTH


def test_monitoring_of_a_set_below_its_target_ends_by_its_own_test_in_one_of_twenty():
    rng = np.random.default_rng(7)
    runs = 400
    ended = sum(
        betting.monitoring_wealth(sound(rng)[:150], 300, 0.6 + 2e-6).max()
        >= betting.MONITORING_WEALTH
        for _ in range(runs)
    )
    assert ended / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


def test_a_bound_has_one_end_and_agrees_with_the_test():
    """All means up to some point are ruled out: up to the target exactly where the set is shown."""
    rng = np.random.default_rng(11)
    shown = 0
    for margin in np.repeat([-0.05, 0.0, 0.05, 0.1], 10):
        values = rng.permutation(pool(rng, 150, TARGET + margin))[:60].tolist()
        sure = rng.random(150).tolist()
        known = expected_of(np.linspace(0, 1, 20), np.linspace(0.6, 1, 20))
        plan = replace(plan_of(np.zeros(150, int), 1, 60), expected=Expected.of(sure, [known]))
        bets = betting.make_bets(plan, values, plan.sizes * plan.targets)
        highest = bets.highest(0, 150, np.linspace(0, 150, 301), np.array(values))
        assert (highest[1:] <= highest[:-1] * (1 + 1e-9)).all()
        bound = nested_test.lower_bound(plan, values, 0, LEVEL)
        complete = nested_test.run_test(plan, values).complete
        assert (bound >= TARGET) == complete
        shown += complete
    assert 5 < shown < 35

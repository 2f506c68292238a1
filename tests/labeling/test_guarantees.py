"""What a certificate may guarantee: the exact test of defect-free images, and the whole data
set."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import hypergeom

from labeling.certification.core import nested_test
from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.exact_test import fewest_checks
from labeling.kernel import guarantee
from labeling.kernel.boxes import pack
from tests import papers

LEVEL = 0.10


def exact(size: int, budget: int, target: float, *, sets: int = 1, level: float = LEVEL) -> Plan:
    """`sets` nested sets of equal steps; the first images of the order are the strictest."""
    ranks = np.arange(size) % sets
    sizes = np.array([(ranks <= j).sum() for j in range(sets)])
    return Plan(ranks, sizes, np.full(sets, target), level, ((0, budget),), exact=True)


def certifies(plan: Plan, values: np.ndarray) -> bool:
    """As the loop uses it: shown as soon as any draw shows it."""
    return nested_test.run_test(plan, values[: plan.budget].tolist()).complete


def test_45_images_without_a_defect_show_five_percent_at_ninety():
    """docs/algorithms.md 1.7: log .1 / log .95 = 44.9; one defect needs 77."""
    many = 1_000_000
    assert nested_test.run_test(exact(many, 45, 0.95), [1.0] * 45).complete
    assert not nested_test.run_test(exact(many, 44, 0.95), [1.0] * 44).complete
    once = [0.0, *[1.0] * 76]
    assert nested_test.run_test(exact(many, 77, 0.95), once).complete
    assert not nested_test.run_test(exact(many, 76, 0.95), once[:76]).complete


@pytest.mark.parametrize(
    ("size", "budget", "target"), [(60, 30, 0.8), (150, 80, 0.9), (40, 39, 0.5)]
)
def test_the_exact_test_is_wrong_as_often_as_its_level_allows(size, budget, target):
    rng = np.random.default_rng(7)
    good = math.floor(size * target)
    values = np.array([1.0] * good + [0.0] * (size - good))
    plan = exact(size, budget, target)
    wrong = np.mean([certifies(plan, rng.permutation(values)) for _ in range(600)])
    assert wrong <= LEVEL + 2 * math.sqrt(LEVEL * (1 - LEVEL) / 600)


def test_the_fewest_checks_are_what_a_fixed_test_takes():
    """136 of 800 images without a defect show .98 at .05; one check fewer cannot."""
    few = fewest_checks(800, 0.98, 0.05)
    assert few == 136
    assert nested_test.run_test(exact(800, few, 0.98, level=0.05), [1.0] * few).complete
    short = exact(800, few - 1, 0.98, level=0.05)
    assert not nested_test.run_test(short, [1.0] * (few - 1)).complete
    assert fewest_checks(800, 0.99, 0.05) > 240
    assert fewest_checks(10, 0.99, 0.05) == 10
    assert fewest_checks(0, 0.9, 0.05) == 0


def test_its_wealth_is_fair_at_the_edge_of_the_null():
    """One draw more, weighed by its chance, leaves the wealth as it is."""
    size, budget, target = 50, 20, 0.8
    plan, null = exact(size, budget, target), 40
    for begun in ([], [1.0], [1.0, 0.0, 1.0], [1.0] * 6):
        now = nested_test.run_test(plan, begun).wealth[0]
        left = (null - sum(begun)) / (size - len(begun))
        up, down = (nested_test.run_test(plan, [*begun, v]).wealth[0] for v in (1.0, 0.0))
        assert left * up + (1 - left) * down == pytest.approx(now)


def test_it_shows_what_the_fixed_test_shows_and_more_than_the_bets():
    rng = np.random.default_rng(3)
    size, budget, target = 200, 80, 0.85
    plan = exact(size, budget, target)
    known = papers.expecting(size, [1.0] * 93 + [0.0] * 7)
    bets = replace(plan, exact=False, expected=known)
    least = next(
        c
        for c in range(budget + 1)
        if hypergeom.sf(c - 1, size, math.floor(size * target), budget) <= LEVEL
    )
    shown = {"exact": 0, "bets": 0}
    for _ in range(150):
        values = rng.permutation(np.array([1.0] * 186 + [0.0] * 14))[:budget]
        result = nested_test.run_test(plan, values.tolist())
        assert result.complete or values.sum() < least
        shown["exact"] += result.complete
        shown["bets"] += nested_test.run_test(bets, values.tolist()).complete
    assert shown["exact"] >= shown["bets"]


def test_a_raised_budget_stakes_the_wealth_anew():
    values = [0.0, *[1.0] * 89]
    short = exact(1000, 60, 0.9)
    longer = Plan(short.ranks, short.sizes, short.targets, LEVEL, ((0, 60), (30, 90)), exact=True)
    before = nested_test.run_test(short, values[:30])
    assert not before.complete
    assert (nested_test.run_test(longer, values[:30]).path == before.path).all()
    assert nested_test.run_test(longer, values).complete


@pytest.mark.parametrize("whole", [False, True], ids=["bets", "exact"])
def test_a_set_that_was_checked_whole_and_reaches_its_target_is_shown(whole):
    """Even by the last draw, by a hair, and whatever became of the stricter set."""
    values = [0.0, 1.0, 1.0, 1.0] * 5  # .75, the stricter half has .5
    order = [i for i in range(20) if i % 2 == 0] + [i for i in range(20) if i % 2]
    ranks = np.array([i % 2 for i in order])
    drawn = [values[i] for i in order]
    for target, shown in ((0.75, (0, 1)), (0.74, (0, 1)), (0.76, ())):
        plan = Plan(
            ranks,
            np.array([10, 20]),
            np.full(2, target),
            0.05,
            ((0, 20),),
            exact=whole,
            expected=papers.expecting(20, values, 2),
        )
        result = nested_test.run_test(plan, drawn)
        assert result.shown == shown
        assert result.complete == bool(shown)
        assert not nested_test.run_test(plan, drawn[:19]).shown


def test_classes_that_were_checked_whole_are_shown_by_holm_too():
    ranks = np.arange(20) % 2
    known = papers.expecting(20, [0.8], 2)
    plan = Plan(
        ranks, np.full(2, 10), np.full(2, 0.8), 0.05, ((0, 20),), expected=known, per_class=True
    )
    values = np.where(ranks == 0, 0.81, 0.79)
    assert nested_test.run_test(plan, values.tolist()).shown == (0,)


def test_more_faults_than_the_null_has_leave_nothing_and_no_strange_number():
    plan = exact(12, 8, 0.75)
    path = nested_test.run_test(plan, [0.0] * 8).path[:, 0]
    assert np.isfinite(path).all()
    assert path[-1] == 0


def test_nested_sets_are_shown_strict_to_loose():
    plan = exact(300, 120, 0.8, sets=3)
    values = np.where(plan.ranks == 2, 0.0, 1.0)[:120]
    result = nested_test.run_test(plan, values.tolist())
    assert len(result.shown) == 2
    assert not result.complete


def test_bounds_work_for_shares_too():
    plan = exact(500, 60, 0.8)
    bound = nested_test.lower_bound(plan, [1.0] * 60, 0, LEVEL)
    assert 0.95 <= bound < 1
    assert nested_test.rest_bound(plan, [1.0] * 60, 0) <= bound


def test_a_defect_is_a_miss_an_extra_or_less_than_half_of_overlap():
    one = {"class_id": 0, "x1": 0.0, "y1": 0.0, "x2": 10.0, "y2": 10.0}
    loose, other = {**one, "x2": 18.0}, {**one, "x2": 25.0}
    assert guarantee.value(guarantee.DEFECT_FREE, pack([one]), pack([loose])) == 1
    assert guarantee.value(guarantee.DEFECT_FREE, pack([one]), pack([other])) == 0
    assert guarantee.value(guarantee.DEFECT_FREE, pack([]), pack([one])) == 0
    assert guarantee.value(guarantee.DEFECT_FREE, pack([]), pack([])) == 1
    assert guarantee.value(guarantee.QUALITY, pack([one]), pack([loose])) == pytest.approx(10 / 18)


def test_the_whole_data_set_asks_less_of_a_part_of_it():
    """1,000 images at .9 may lack 100 in all: 700 accepted must reach 1 - 100 / 700."""
    said = guarantee.Guarantee(guarantee.DATASET, 1000)
    assert said.set_target(0.9, 700) == pytest.approx(6 / 7)
    assert said.set_target(0.9, 1000) == pytest.approx(0.9)
    assert said.set_target(0.9, 80) == 0
    assert guarantee.Guarantee(guarantee.QUALITY, 1000).set_target(0.9, 700) == 0.9


def test_what_earlier_sets_may_lack_is_taken_off():
    """Of the 100 that 1,000 images may lack, 60 are granted: 200 more must reach 1 - 40 / 200."""
    said = guarantee.Guarantee(guarantee.DATASET, 1000, granted=60)
    assert said.set_target(0.9, 200) == pytest.approx(0.8)
    assert guarantee.Guarantee(guarantee.DATASET, 1000, granted=120).set_target(0.9, 200) == 1


def test_the_whole_data_set_falls_short_as_rarely_as_guaranteed():
    """Sets of exactly their targets: the chain's first false set is shown at most at the level."""
    rng = np.random.default_rng(5)
    images, target = 1000, 0.9
    ranks = np.arange(600) % 2
    sizes = np.array([300, 600])
    said = guarantee.Guarantee(guarantee.DATASET, images)
    targets = np.array([said.set_target(target, int(n)) for n in sizes])
    plan = Plan(
        ranks, sizes, targets, LEVEL, ((0, 80),), expected=papers.expecting(600, [0.0, 1.0, 1.0], 2)
    )
    wrong = 0
    for _ in range(400):
        values = np.zeros(600)
        # the shortfall of the whole set is a hair over what is allowed: the loose set is false
        values[:] = rng.permutation((np.arange(600) < 600 * (targets[1] - 1e-3)).astype(float))
        wrong += nested_test.run_test(plan, values[:80].tolist()).complete
    assert wrong / 400 <= LEVEL + 2 * math.sqrt(LEVEL * (1 - LEVEL) / 400)


def test_images_excluded_later_take_none_of_the_shortfall_with_them():
    """1,000 images of mean .75 may lack 250, all of them in the 800 that stay."""
    assert guarantee.of_the_rest(0.75, 1000, 800) == pytest.approx(0.6875)
    assert guarantee.of_the_rest(0.75, 1000, 1000) == pytest.approx(0.75)
    assert guarantee.of_the_rest(0.75, 1000, 0) == guarantee.of_the_rest(0.75, 1000, 200) == 0


def test_claims_say_what_is_guaranteed():
    said = guarantee.claim(guarantee.DATASET, 0.9, 0.1, 700, 1000)
    assert "of the 1000 images that the data set had when the audit began ≥ 0.90" in said
    assert "risk ≤ 10%" in said
    assert "without a defect" in guarantee.claim(guarantee.DEFECT_FREE, 0.95, 0.1, 700, 1000)

"""Sets without common images: Holm's rule, the order in turns, the file that proves it."""

import numpy as np

from labeling.certification.core import nested_test, verification
from labeling.certification.core.audit_plan import Plan, audit_order
from labeling.certification.core.expected import expected_of
from labeling.certification.core.plan_content import shown_in
from tests import papers

TARGET, LEVEL = 0.75, 0.10


def apart(sizes: list[int], budget: int) -> Plan:
    """Groups that take turns, as audit_order arranges them."""
    groups = np.concatenate([np.full(n, g) for g, n in enumerate(sizes)])
    keys = [f"image-{i}" for i in range(len(groups))]
    ranks = groups[audit_order(keys, "seed", groups.tolist())]
    return Plan(
        ranks,
        np.array(sizes),
        np.full(len(sizes), TARGET),
        LEVEL,
        ((0, budget),),
        expected=papers.expecting(len(ranks), np.linspace(0.6, 1, 9), len(sizes)),
        per_class=True,
    )


def values(rng: np.random.Generator, plan: Plan, means: list[float]) -> np.ndarray:
    """Qualities in the plan's order, each group of exactly its mean."""
    found = np.zeros(len(plan.ranks))
    for group, mean in enumerate(means):
        own = rng.beta(6 * mean, 6 * (1 - mean), int(plan.sizes[group]))
        inside = np.flatnonzero(plan.ranks == group)
        found[inside] = rng.permutation(np.clip(own + mean - own.mean(), 0, 1))
    return found


def test_groups_take_turns_and_each_stays_in_random_order():
    groups = [0] * 40 + [1] * 8
    keys = [f"image-{i}" for i in range(48)]
    order = audit_order(keys, "seed", groups)

    assert sorted(order) == list(range(48))
    assert [groups[i] for i in order[:16]] == [0, 1] * 8
    alone = audit_order(keys, "seed")
    for group in (0, 1):
        assert [i for i in order if groups[i] == group] == [i for i in alone if groups[i] == group]


def test_no_group_below_its_target_is_shown_more_often_than_the_level():
    rng = np.random.default_rng(3)
    runs, wrong, right = 500, 0, 0
    for _ in range(runs):
        plan = apart([80, 60, 120], 120)
        shown = nested_test.run_test(
            plan, values(rng, plan, [TARGET - 1e-6, 0.92, TARGET - 1e-6])[:120].tolist()
        ).shown
        wrong += 0 in shown or 2 in shown
        right += 1 in shown
    assert wrong / runs <= LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)
    assert right / runs > 0.9  # a good class is not lost beside bad ones


def test_the_second_group_needs_less_once_the_first_is_shown():
    reached = np.array([[2.0, 12.0, 1.0], [25.0, 31.0, 11.0]])
    shown, complete = nested_test._by_holm(reached, LEVEL)
    assert shown == (0, 1, 2) and complete.tolist() == [False, True]
    assert nested_test._by_holm(np.array([[25.0, 25.0, 25.0]]), LEVEL)[0] == ()
    assert nested_test._by_holm(np.array([[5.0, 31.0, 19.0]]), LEVEL)[0] == (1,)


def test_a_small_group_is_shown_by_seeing_nearly_all_of_it():
    plan = apart([200, 12], 60)
    good = np.where(plan.ranks == 1, 0.95, 0.5)
    result = nested_test.run_test(plan, good[:60].tolist())
    assert result.shown == (1,) and result.waiting == (0,) and not result.stuck
    assert plan.images(result.shown) == 12


def locked_document() -> dict:
    """Two classes of 30 images, the first seen exactly, the second never."""
    known = expected_of(np.zeros(2), np.array([0.9, 0.8]))
    content = papers.content(
        checks=40,
        target=TARGET,
        level=LEVEL,
        risk=LEVEL / 0.8,
        by_class=True,
        left_out={},
        sets=[
            {"threshold": 0.5, "size": 30, "target": TARGET, "expected": known, "class": name}
            for name in "ab"
        ],
    )

    def drawn(key: str, rank: int) -> dict:
        if rank:
            return {"boxes": [], "value": 0.0}
        return {"verdict": "approved", "boxes": papers.PREDICTED, "value": 1.0}

    return papers.make(content, drawn)


def test_the_file_names_the_classes_it_shows_and_recomputes():
    paper = locked_document()
    assert shown_in(paper["result"]) == [0]
    assert paper["result"]["certified_images"] == 30
    assert paper["result"]["rest_bound"] > 0.5
    assert verification.verify(paper) == []

    forged = papers.again(paper, lambda d: d["result"].update(sets_shown=[0, 1]))
    assert verification.verify(forged) == ["The result does not follow from the draws."]

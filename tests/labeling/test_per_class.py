"""Sets without common images: Holm's rule, the order in turns, the file that proves it."""

import numpy as np

from labeling.certification.core import document, nested_test, verification
from labeling.certification.core.audit_plan import Plan, audit_order
from labeling.certification.core.plan_content import shown_in
from labeling.kernel.boxes import unpack
from tests.mlassist.drawn import boxes as drawn_boxes

TARGET, LEVEL = 0.75, 0.10


def apart(sizes: list[int], budget: int) -> Plan:
    """Groups that take turns, as audit_order arranges them."""
    groups = np.concatenate([np.full(n, g) for g, n in enumerate(sizes)])
    keys = [f"image-{i}" for i in range(len(groups))]
    ranks = groups[audit_order(keys, "seed", groups.tolist())]
    return Plan(
        ranks, np.array(sizes), np.full(len(sizes), TARGET), LEVEL, ((0, budget),), per_class=True
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
    target = unpack(drawn_boxes((10, 10, 60, 60, 0.9)))
    content = {
        "about": {},
        "guarantee": "quality",
        "images": 60,
        "target": TARGET,
        "level": LEVEL,
        "granted": 0.0,
        "budget": 40,
        "most_checks": 40,
        "drawn_blind": False,
        "by_class": True,
        "left_out": {},
        "predictions": "",
        "sets": [{"threshold": 0.5, "size": 30, "target": TARGET, "class": n} for n in "ab"],
        "candidates": [[f"{i:03}", i % 2] for i in range(60)],
    }
    order = [content["candidates"][i] for i in document.order_of(content, "s")]
    locked = {
        "content": content,
        "content_digest": document.digest(content),
        "seed": "s",
        "order_digest": document.digest([key for key, _ in order]),
        "budgets": [[0, 40]],
    }
    draws = [
        {
            "image": key,
            "size": [200, 150],
            "checker": 1,
            "missed_honeypot": None,
            "verdict": "approved",
            "predicted": target,
            "boxes": target if not rank else [],
            "value": 1.0 if not rank else 0.0,
            "drawn": None,
            "blind_checker": None,
            "blind_missed_honeypot": None,
            "blind_drawn": None,
            "blind_boxes": None,
            "blind_value": None,
        }
        for key, rank in order[:40]
    ]
    return document.build({"risk": 2 * LEVEL, "attempt": 1}, locked, draws)


def test_the_file_names_the_classes_it_shows_and_recomputes():
    paper = locked_document()
    assert shown_in(paper["result"]) == [0]
    assert paper["result"]["certified_images"] == 30
    assert paper["result"]["rest_bound"] > 0.5
    assert verification.verify(paper) == []

    paper["result"]["sets_shown"] = [0, 1]
    faults = verification.verify(
        {**paper, "digest": document.digest({k: v for k, v in paper.items() if k != "digest"})}
    )
    assert faults == ["The result does not follow from the draws."]

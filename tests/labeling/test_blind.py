"""The blind check: values count as drawn, anchored checks are found, sound sets pass."""

import copy
import itertools
from dataclasses import replace

import numpy as np
import pytest

from labeling.certification.core import document, verification
from labeling.certification.core.anchoring import Pair, anchoring
from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.blind_drawing import unmatched
from labeling.certification.core.nested_test import run_test
from labeling.kernel.annotator_noise import AnnotatorNoise
from labeling.kernel.boxes import Box, pack
from labeling.kernel.quality import compare, quality
from labeling.simulation.crowd import Person
from tests import papers

SIZE = (600, 400)


def scene(rng: np.random.Generator) -> list[Box]:
    """One to eight objects, apart from each other."""
    places = rng.permutation(12)[: rng.integers(1, 9)]
    return [
        {
            "class_id": 0,
            "x1": 150.0 * (p % 4) + 10,
            "y1": 130.0 * (p // 4) + 10,
            "x2": 150.0 * (p % 4) + 10 + rng.uniform(60, 120),
            "y2": 130.0 * (p // 4) + 10 + rng.uniform(50, 110),
        }
        for p in places
    ]


def detected(rng: np.random.Generator, truth: list[Box], sees: float, off: float) -> list[Box]:
    """What a detector of this strength finds."""
    return Person(rng, sensitivity=sees, sigma=off, false_rate=0.2).draw(truth, SIZE, 1)[0]


def checks(
    rng: np.random.Generator,
    images: int,
    pairs: int,
    sees: float,
    off: float,
) -> tuple[float, list[float], list[Pair]]:
    """True mean of some labels, and what simulated people say of them."""
    person, true, values, both = Person(rng), [], [], []
    for i in range(images):
        truth = scene(rng)
        found = detected(rng, truth, sees, off)
        true.append(quality(pack(found), pack(truth)))
        corrected = person.correct(found, truth, SIZE)[0]
        values.append(quality(pack(found), pack(corrected)))
        if i < pairs:
            drawing = person.draw(truth, SIZE, 1)[0]
            drawn = pack(person.compare(drawing, unmatched(found, drawing), truth)[0])
            both.append(Pair(values[-1], quality(pack(found), drawn)))
    return float(np.mean(true)), values, both


@pytest.fixture(scope="module")
def noise() -> AnnotatorNoise:
    """Two simulated people on 150 images."""
    rng = np.random.default_rng(0)
    person = Person(rng)
    scenes = [scene(rng) for _ in range(150)]
    return AnnotatorNoise.between(
        [tuple(pack(person.draw(s, SIZE, 1)[0]) for _ in range(2)) for s in scenes]  # type: ignore[misc]
    )


def test_two_peoples_difference_tells_what_each_of_them_misses_and_shifts(noise):
    rng = np.random.default_rng(1)
    person = Person(rng)
    scenes = [scene(rng) for _ in range(300)]
    found = [compare(pack(person.draw(s, SIZE, 1)[0]), pack(s)) for s in scenes]
    seen = sum(c.true_positives for c in found) / sum(len(s) for s in scenes)
    overlap = sum(c.matched_iou for c in found) / sum(c.true_positives for c in found)
    assert noise.sensitivity == pytest.approx(seen, abs=0.015)
    assert noise.shift == pytest.approx((1 - overlap) / (1 + overlap), abs=0.005)
    assert noise.images == 150


def test_too_few_common_images_say_nothing_of_the_drawers():
    """Nine are not measured; they never count as drawers without noise."""
    one = pack([{"class_id": 0, "x1": 0.0, "y1": 0.0, "x2": 9.0, "y2": 9.0}])
    assert AnnotatorNoise.between([(one, one)] * 9) is None
    assert AnnotatorNoise.between([]) is None
    assert AnnotatorNoise.between([(one, one)] * 10).sensitivity == 1.0


@pytest.mark.parametrize(
    "hand",
    [
        {},
        {"sensitivity": 0.97, "sigma": 0.028},
        {"sensitivity": 0.995, "sigma": 0.008, "false_rate": 0.0},
    ],
    ids=["as those who annotate", "a little better", "experts"],
)
def test_blind_checks_by_other_people_keep_the_level(hand):
    """Labels whose true mean is the target; the values count as the checkers drew them."""
    rng = np.random.default_rng(1)
    person, level, runs, size, budget = Person(rng, **hand), 0.05, 300, 300, 80
    scenes = [scene(rng) for _ in range(size)]
    labels = [detected(rng, truth, 0.88, 0.05) for truth in scenes]
    target = float(
        np.mean([quality(pack(f), pack(s)) for f, s in zip(labels, scenes, strict=True)])
    )
    drawn = np.array(
        [
            [
                quality(pack(f), pack(person.compare(d, unmatched(f, d), s)[0]))
                for d in (person.draw(s, SIZE, 1)[0] for _ in range(3))
            ]
            for f, s in zip(labels, scenes, strict=True)
        ]
    )
    plan = Plan(np.zeros(size, int), np.array([size]), np.array([target]), level, ((0, budget),))
    plan = replace(plan, expected=papers.expecting(size, drawn[:, 0]))
    wrong = 0
    for _ in range(runs):
        order = rng.permutation(size)[:budget]
        values = drawn[order, rng.integers(0, 3, budget)]
        wrong += run_test(plan, values.tolist()).complete
    assert wrong / runs <= level + 2 * np.sqrt(level * (1 - level) / runs)


@pytest.mark.parametrize(("sees", "off"), [(0.97, 0.03), (0.9, 0.06), (0.8, 0.08), (0.6, 0.06)])
def test_judged_blind_is_not_above_the_true_quality_where_shown_boxes_flatter(sees, off):
    rng = np.random.default_rng(2)
    truth, values, pairs = checks(rng, 500, 500, sees, off)
    judged, low, high = anchoring(pairs).judged_blind(values, 10_000)
    assert low < judged < high
    assert judged == pytest.approx(np.mean([pair.blind_value for pair in pairs]))
    assert truth - 0.06 < judged < truth + 0.01
    if off > 0.05:
        assert np.mean(values) > truth + 0.03


def test_sound_sets_pass_and_flattered_ones_do_not():
    """As a job does it: 100 checks, one in five of them also drawn blind."""
    rng = np.random.default_rng(4)
    runs = 120
    passed = {-0.05: 0, 0.05: 0}
    for _ in range(runs):
        truth, values, pairs = checks(rng, 100, 20, 0.85, 0.06)
        for gap in passed:
            told = anchoring(pairs)
            passed[gap] += told.holds(values, 10_000, truth - gap)
    assert passed[-0.05] / runs < 0.4  # the target lies .05 above what the labels are worth
    assert passed[0.05] / runs > 0.97


def test_one_pair_says_nothing():
    pairs = [Pair(0.9, value) for value in (0.7, 0.5, 0.9, 0.6, 0.8)]
    assert anchoring(pairs).judged_blind([0.9] * 40, 10_000)[0] == pytest.approx(0.7)
    assert anchoring(pairs[:1]) is None


def blind(paper: dict, every: int, moved: float) -> dict:
    """The certificate with some of its images drawn blind, `moved` pixels away."""
    draws = copy.deepcopy(paper["draws"])
    for draw in draws[::every]:
        box = draw["boxes"][0]
        draw["blind_boxes"] = [{**box, "x1": box["x1"] + moved, "x2": box["x2"] + moved}]
        draw["blind_drawn"], draw["blind_checker"] = draw["blind_boxes"], 2
        draw["blind_value"] = quality(pack(draw["predicted"]), pack(draw["blind_boxes"]))
    return document.build(paper["about"], paper["locked"], draws, papers.KEY)


def test_a_certificate_is_refused_where_the_drawings_drawn_blind_disagree(paper):
    agreed = blind(paper, 3, 0.0)
    assert agreed["result"]["outcome"] == "certified"
    assert agreed["result"]["judged_blind"][1][0] == pytest.approx(
        agreed["result"]["observed_mean"]
    )
    assert verification.verify(agreed) == []

    apart = blind(paper, 3, 30.0)
    assert apart["result"]["outcome"] == "refused"
    assert apart["result"]["sets_tested"] == 2
    assert apart["result"]["certified_images"] == 0
    assert verification.verify(apart) == []


def test_only_the_sets_that_hold_drawn_blind_are_certified():
    """The test shows both sets; the looser one's own images bring its mean below the target."""
    checked = itertools.count()

    def drawn(key: str, rank: int) -> dict:
        shift = 6.0 if rank else 1.0
        boxes = [{"class_id": 0, "x1": 10.0 + shift, "y1": 10.0, "x2": 60.0 + shift, "y2": 60.0}]
        found = {"boxes": boxes, "value": quality(pack(papers.PREDICTED), pack(boxes))}
        if next(checked) % 3:
            return found
        blind = [{**boxes[0], "y1": 15.0, "y2": 65.0}]
        value = quality(pack(papers.PREDICTED), pack(blind))
        twin = {"blind_boxes": blind, "blind_drawn": blind, "blind_checker": 2}
        return {**found, **twin, "blind_value": value}

    mixed = papers.make(papers.content(checks=45, target=0.78), drawn)
    strict, loose = (row[0] for row in mixed["result"]["judged_blind"])
    assert loose < 0.78 < strict
    assert mixed["result"]["outcome"] == "certified"
    assert (mixed["result"]["sets_tested"], mixed["result"]["sets_certified"]) == (2, 1)
    assert mixed["result"]["certified_images"] == 30
    assert verification.verify(mixed) == []

"""Edges of boxes: each person's own way, and the offset that reviewers' corrections teach."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from labeling.consolidation import disagreements, labels, reviewed, step
from labeling.consolidation.core.edge_offsets import LEAST_BOXES, learn_offset, move
from labeling.consolidation.core.edges import Drawn, Edges
from labeling.consolidation.core.grouping import Answers, single
from labeling.consolidation.core.reliability import consolidate
from labeling.kernel.boxes import Box, BoxSet, pack
from labeling.models import Event, Job, Label
from labeling.reports.wording import event_text
from labeling.review import undo
from labeling.rounds import lifecycle
from tests.factories import box, join, make_images, make_job, person, work_all
from tests.running import run_steps

OFF = np.array([0.06, 0.0, -0.04, 0.02])


def scenes(rng: np.random.Generator, images: int) -> list[BoxSet]:
    """Images of two boxes that lie apart."""
    found = []
    for _ in range(images):
        corner = rng.uniform(0, 150, (2, 2)) + np.array([[0, 0], [300, 0]])
        coords = np.c_[corner, corner + rng.uniform(40, 90, (2, 2))]
        found.append(BoxSet(coords, np.zeros(2, np.int64), np.ones(2)))
    return found


def moved(boxes: BoxSet, by: np.ndarray) -> BoxSet:
    sides = (boxes.coords[:, 2:] - boxes.coords[:, :2])[:, [0, 1, 0, 1]]
    return BoxSet(boxes.coords + by * sides, boxes.classes, boxes.scores)


def noisy(rng: np.random.Generator, boxes: BoxSet, sd: float | np.ndarray) -> BoxSet:
    return moved(boxes, rng.normal(0, 1, boxes.coords.shape) * sd)


def test_each_edge_of_a_person_has_its_own_bias_and_noise():
    """One draws left edges too far left, and lower ones carelessly; the label suffers little."""
    rng = np.random.default_rng(0)
    truths = scenes(rng, 120)
    careless = np.array([0.02, 0.02, 0.02, 0.15])
    lean = np.array([-0.12, 0, 0, 0])
    people = [
        Answers(
            i,
            (1, 2, 3),
            (noisy(rng, t, 0.02), noisy(rng, t, 0.02), noisy(rng, moved(t, lean), careless)),
        )
        for i, t in enumerate(truths)
    ]

    merged, trust = consolidate(people)

    off = np.concatenate([m.boxes.coords - t.coords for m, t in zip(merged, truths, strict=True)])
    assert np.abs(off.mean(0)).max() < 3.5  # pixels; a plain mean of three lies 2.6 to the left...
    assert off[:, 3].std() < 2.0  # ... and scatters by 3.5 below
    assert trust[3].bias == pytest.approx(0.02, abs=0.015)  # a quarter of .12, less the mean of all
    assert trust[3].sigma > 2 * trust[1].sigma


def test_the_mean_of_three_edges_weighs_the_careful_ones_most():
    edges = Edges.start(np.array([[0.0, 0, 100, 100]]), 3)
    edges.sigma = np.array([[0.01] * 4, [0.01] * 4, [0.1] * 4])
    coords = np.array([[0.0, 0, 100, 100], [1, 0, 100, 100], [12, 0, 100, 100]])
    edges.locate(Drawn(np.zeros(3, int), np.arange(3), coords, np.ones(3, bool)))
    assert edges.box[0, 0] == pytest.approx(0.55, abs=0.05)
    assert edges.sd[0] == pytest.approx(0.0066, abs=0.0005)


@pytest.mark.parametrize("images", [4, 40])
def test_two_people_who_always_differ_by_the_same_leave_the_place_in_doubt(images):
    def risk(shift: float) -> float:
        apart = (pack([box(10)]), pack([box(10 + shift)]))
        merged, _ = consolidate([Answers(i, (1, 2), apart) for i in range(images)])
        return merged[0].risk

    assert risk(2) < 0.02
    assert risk(20) > 0.25


def test_an_offset_is_learned_edge_by_edge():
    rng = np.random.default_rng(1)
    drawn = scenes(rng, 60)
    pairs = [(d, np.zeros(4), noisy(rng, moved(d, OFF), 0.02)) for d in drawn]
    assert learn_offset(pairs) == pytest.approx(OFF, abs=0.008)


def test_what_a_label_was_moved_by_already_adds_up():
    rng = np.random.default_rng(2)
    drawn = scenes(rng, 40)
    half = OFF / 2
    pairs = [(moved(d, half), half, moved(d, OFF)) for d in drawn]
    assert learn_offset(pairs) == pytest.approx(OFF, abs=0.004)


def test_a_few_boxes_redrawn_for_other_reasons_hardly_count():
    rng = np.random.default_rng(3)
    drawn = scenes(rng, 60)
    pairs = [
        (d, np.zeros(4), noisy(rng, d, 0.02) if i % 6 else moved(d, np.array([0.3, 0, 0, 0])))
        for i, d in enumerate(drawn)
    ]
    assert np.abs(learn_offset(pairs)).max() < 0.012


def test_noise_teaches_nothing_and_so_do_few_boxes():
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        found.append(learn_offset([(d, np.zeros(4), noisy(rng, d, 0.05)) for d in scenes(rng, 15)]))
    # the plain mean of thirty boxes would be off by .05 / sqrt(30) = .009
    assert np.sqrt((np.array(found) ** 2).mean()) < 0.008
    few = scenes(np.random.default_rng(0), LEAST_BOXES // 2)
    assert not learn_offset([(d, np.zeros(4), moved(d, OFF)) for d in few]).any()
    assert not learn_offset([]).any()


def test_a_box_never_turns_inside_out():
    only = single(Answers(1, (1,), (pack([box(10, 10, 50)]),)))
    coords = move(only, np.array([3.0, 3, -3, -3])).boxes.coords[0]
    assert coords[0] < coords[2] and coords[1] < coords[3]


@pytest.fixture
def drawn_job(alice, bob, rita):
    """Three people have drawn 20 of 40 images, almost alike."""
    made = make_job(
        assist=False, mode="independent", annotators_per_image=3, pilot_size=20, batch_size=20
    )
    cleo = person("cleo")
    for who in (alice, bob, cleo):
        join(made, who, "annotator")
    join(made, rita, "reviewer")
    make_images(made, 40)
    lifecycle.start(made, None)
    run_steps(made)
    draw(made)
    return made


def draw(made: Job) -> list[Label]:
    """Everybody draws what the round asks for; its labels."""
    rng = np.random.default_rng(4)
    round = made.rounds.get(closed_at=None)
    people = [member.user for member in made.members.filter(role="annotator")]

    def boxes(assignment):
        x, y = rng.normal(0, 0.5, 2)
        return [box(60 + x, 40 + y, 60)]

    work_all(made, *people, boxes=boxes)
    run_steps(made)
    return list(Label.objects.active().filter(round=round))


def narrower(label: Label) -> list[Box]:
    (drawn,) = label.boxes
    return [{**drawn, "x1": drawn["x1"] + 3, "x2": drawn["x2"] - 3}]


def correct(label: Label, by: Any) -> Label:
    return labels.correct(label.image, narrower(label), by)


def adjudicate(label: Label, by: Any) -> Label:
    return disagreements.adjudicate(label.image, label.pk, narrower(label), by, {"drawn": 1})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("correct_it", [correct, adjudicate])
def test_what_reviewers_corrected_moves_the_edges_of_the_next_round(drawn_job, rita, correct_it):
    for label in Label.objects.active().filter(image__job=drawn_job):
        correct_it(label, rita)

    found = draw(drawn_job)

    assert len(found) == 20
    left = np.mean([row.boxes[0]["x1"] for row in found])
    right = np.mean([row.boxes[0]["x2"] for row in found])
    assert (left, right) == pytest.approx((63, 117), abs=0.6)
    assert np.mean([row.boxes[0]["y1"] for row in found]) == pytest.approx(40, abs=0.6)
    assert found[0].detail["offset"] == pytest.approx([0.05, 0, -0.05, 0], abs=0.006)
    told = Event.objects.get(job=drawn_job, kind="edges_moved")
    assert told.data["round"] == 2
    assert "left +5.0%" in event_text(told)


@pytest.mark.django_db(transaction=True)
def test_corrections_that_were_taken_back_or_came_too_late_teach_nothing(drawn_job, rita):
    corrected = [
        correct(label, rita) for label in Label.objects.active().filter(image__job=drawn_job)
    ]
    round = drawn_job.rounds.get(closed_at=None)
    round.entered["CONSOLIDATING"] = timezone.now().isoformat()
    assert reviewed.offset_before(round)[0] == pytest.approx(0.05, abs=0.006)
    round.entered["CONSOLIDATING"] = corrected[10].created_at.isoformat()
    assert not reviewed.offset_before(round).any()

    for label in corrected[:8]:
        undo.take_back(label, rita)
    found = draw(drawn_job)
    assert all("offset" not in row.detail for row in found)
    assert np.mean([row.boxes[0]["x1"] for row in found]) == pytest.approx(60, abs=0.6)
    assert not Event.objects.filter(job=drawn_job, kind="edges_moved").exists()


def test_edges_stay_inside_the_picture():
    hanging = BoxSet(np.array([[-3.0, 5, 90, 160]]), np.zeros(1, np.int64), np.ones(1))
    assert step._inside(hanging, (80, 150)).coords.tolist() == [[0, 5, 80, 150]]

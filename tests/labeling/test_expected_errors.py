"""What reviewers find corrects how many errors the EM expects, and so who else is asked."""

import numpy as np
import pytest
from django.contrib.auth.models import User

from labeling.consolidation import labels, reviewed
from labeling.consolidation.core.expected_errors import (
    AS_EXPECTED,
    LEAST_IMAGES,
    calibrated,
    errors_in,
    learn_curve,
)
from labeling.kernel.boxes import pack
from labeling.models import Event, Label, LabelCheck
from labeling.reports.wording import event_text
from labeling.rounds import lifecycle
from tests.factories import box, join, make_images, make_job, person, work_all
from tests.running import run_steps


def seen_by_reviewers(rng, images, scale, power):
    expected = np.exp(rng.uniform(-7, 0, images))
    return [(e, int(rng.poisson(scale * e**power))) for e in expected]


def test_the_curve_comes_near_what_reviewers_found():
    rng = np.random.default_rng(0)
    scale, power = learn_curve(seen_by_reviewers(rng, 2_000, 1.6, 0.45))
    assert scale == pytest.approx(1.6, rel=0.1)
    assert power == pytest.approx(0.45, abs=0.05)


def test_where_as_many_errors_are_found_as_expected_little_changes():
    rng = np.random.default_rng(1)
    asked = []
    for _ in range(30):
        curve = learn_curve(seen_by_reviewers(rng, 40, 1, 1))
        asked.append(calibrated(0.25, curve))
    assert np.median(asked) == pytest.approx(0.25, abs=0.08)
    assert max(asked) < 0.5


def test_few_images_teach_nothing():
    rng = np.random.default_rng(2)
    few = seen_by_reviewers(rng, LEAST_IMAGES - 1, 3, 0.3)
    assert learn_curve(few) == AS_EXPECTED
    assert learn_curve([]) == AS_EXPECTED
    assert calibrated(0.07, AS_EXPECTED) == 0.07


@pytest.mark.parametrize("errors", [0, 40])
def test_more_expected_errors_always_mean_more(errors):
    curve = learn_curve([(0.01 * i, errors if i < 5 else 0) for i in range(30)])
    found = [calibrated(expected, curve) for expected in (0, 0.001, 0.1, 1)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_missed_false_and_loose_boxes_count_one_each():
    label = pack([box(0, 0, 50), box(100, 0, 50), box(200, 0, 50)])
    theirs = pack([box(0, 0, 50), box(110, 0, 50), box(300, 0, 50)])
    assert errors_in(label, theirs) == 3  # one at an overlap of .67, one on nothing, one missed
    assert errors_in(label, label) == 0


@pytest.fixture
def adaptive_job(alice, bob, rita):
    """Two of three people have drawn 20 of 60 images, with three pixels between them."""
    made = make_job(
        assist=False, mode="adaptive", annotators_per_image=3, pilot_size=20, batch_size=20
    )
    for who in (alice, bob, person("cleo")):
        join(made, who, "annotator")
    join(made, rita, "reviewer")
    make_images(made, 60)
    lifecycle.start(made, None)
    run_steps(made)
    draw(made, alice, bob)
    return made


def draw(made, *people):
    """They draw what the round asks for; how many were wanted for each of its images."""
    round = made.rounds.get(closed_at=None)
    left = {who: 3.0 * place for place, who in enumerate(people)}
    work_all(made, *people, boxes=lambda a: [box(60 + left[a.annotator], 40, 60)])
    run_steps(made)
    images = set(round.assignments.values_list("image", flat=True))
    return {round.assignments.filter(image=image).count() for image in images}


@pytest.mark.django_db(transaction=True)
def test_where_reviewers_find_more_errors_than_expected_another_person_is_asked(
    adaptive_job, alice, bob, rita
):
    cleo = User.objects.get(username="cleo")
    found = list(Label.objects.active().filter(image__job=adaptive_job))
    assert len(found) == 20 and {row.detail["method"] for row in found} == {"em"}
    assert max(row.detail["risk"] for row in found) < 0.25
    for label in found:
        labels.correct(label.image, [box(60, 40, 60), box(0, 0, 30)], rita)

    asked = [draw(adaptive_job, alice, bob, cleo) for _ in range(2)]

    assert asked == [{2}, {3}]  # the second round had opened before
    told = Event.objects.get(job=adaptive_job, kind="errors_calibrated")
    assert told.data["round"] == 3
    assert "another person is asked" in event_text(told)


@pytest.mark.django_db(transaction=True)
def test_labels_called_right_have_no_errors_and_those_sent_back_one(adaptive_job, rita):
    for place, label in enumerate(Label.objects.active().filter(image__job=adaptive_job)):
        verdict, reason = ("right", "") if place % 2 else ("rejected", "missed")
        LabelCheck.objects.create(label=label, by=rita, verdict=verdict, reason=reason)
    scale, power = reviewed.error_curve(adaptive_job)
    expected = Label.objects.filter(image__job=adaptive_job).first().detail["risk"]
    assert calibrated(expected, (scale, power)) == pytest.approx(0.5, abs=0.25)

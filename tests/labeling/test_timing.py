"""What an answer tells of the seconds a box takes, and the medians over a job's answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.assignments import timing
from labeling.assignments.core.box_seconds import Trace, seconds
from labeling.models import Assignment, Image
from labeling.rounds import lifecycle
from tests.factories import box
from tests.running import run_steps


def told(boxes, times, *, outcomes=None, verify=False, active=9000):
    return dict(seconds(Trace(boxes, len(outcomes or ()), outcomes, times, active, verify)))


def test_drawing_counts_for_its_way_only_where_one_way_was_used():
    assert told(2, {"open": 500, "drag": 6000}) == {"drawn": 3, "drag": 3}
    assert told(2, {"drag": 2000, "points": 6000}) == {"drawn": 4}
    assert told(2, {"drag": 2000, "draw": 1000}) == {"drawn": 1.5}


def test_suggestions_kept_and_changed_are_told_apart():
    kept = ["accepted", "accepted", "dismissed"]
    assert told(2, {"accept": 3000, "reject": 700}, outcomes=kept) == {"accepted": 1.5}
    changed = ["changed", "accepted"]
    assert told(2, {"adjust": 4000}, outcomes=changed) == {"adjusted": 4}
    # the edges moved may be those of the box drawn
    assert told(3, {"adjust": 4000, "drag": 2000}, outcomes=changed) == {"drawn": 2, "drag": 2}


def test_a_verified_box_costs_its_share_of_all_verdicts():
    times = {"open": 800, "accept": 2000, "reject": 1000, "adjust": 3000}
    assert told(1, times, outcomes=["changed", "dismissed"], verify=True) == {"verified": 3}


def test_nothing_is_made_of_what_is_not_known():
    assert told(0, {"open": 2000, "submit": 500}, active=2500) == {"empty": 2.5}
    assert told(0, {"reject": 500}, outcomes=["dismissed"]) == {}
    assert dict(seconds(Trace(2, 2, None, {"accept": 900}, 900, False))) == {}
    assert told(2, {"open": 100}) == {}


@pytest.fixture
def sent(job, mona):
    """Answers of one box each, a second apart; two tell nothing that counts."""
    lifecycle.start(job, mona)
    run_steps(job)
    image, now = Image.objects.filter(job=job).first(), timezone.now()
    for k, (ms, version) in enumerate(
        [(1000, 1), (2000, 1), (4000, 1), (9000, 1), (None, 1), (50, 2)]
    ):
        Assignment.objects.create(
            round=job.rounds.get(),
            image=image,
            slot=90 + k,
            annotator=None,
            state="extra",
            version=version,
            boxes=[box()],
            active_ms=9000,
            action_ms=ms and {"drag": ms},
            submitted_at=now + timedelta(seconds=k),
        )
    return job


@pytest.mark.django_db(transaction=True)
def test_medians_are_of_first_answers_that_told_times(sent):
    expected = {"seconds": 3.0, "answers": 4}
    assert timing.of_job(sent) == {"drawn": expected, "drag": expected}


@pytest.mark.django_db(transaction=True)
def test_only_the_latest_answers_are_read(sent, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(timing, "LATEST", 2)
    with django_assert_num_queries(1):
        found = timing.of_job(sent)
    assert found["drag"] == {"seconds": 6.5, "answers": 2}  # of 1, 2, 4 and 9 s the last two

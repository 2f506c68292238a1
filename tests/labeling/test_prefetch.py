"""What people may label while the machine works."""

import pytest
from django.utils import timezone

from labeling.assignments import claims
from labeling.models import Round
from labeling.rounds import lifecycle, selection
from tests.running import first_round

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_labels_ahead_of_the_first_detector(assisted, alice):
    job = assisted(120, prefetch_percent=50)
    lifecycle.start(job, None)
    round = first_round(job, alice, purpose="active")

    assert round.state == "TRAINING"
    assert not round.assignments.exists()
    assert not claims.claim_next(job, alice).assignments


def test_people_go_on_while_the_machine_trains_again(assisted, alice):
    job = assisted(200, prefetch_percent=50, target_quality=0.97)
    lifecycle.start(job, None)
    round = first_round(job, alice, purpose="active", number=2)

    assert round.state == "TRAINING"
    assert round.assignments.filter(state="open").count() == 10
    assert claims.claim_next(job, alice).assignments


@pytest.mark.parametrize(("share", "ahead"), [(1.0, 0), (0.95, 3), (0.5, 10)])
def test_before_a_proof_no_more_is_labelled_ahead_than_people_get_anyway(
    assisted, alice, share, ahead
):
    job = assisted(120, prefetch_percent=50, acceptance="certified")
    lifecycle.start(job, None)
    active = first_round(job, alice, purpose="active")
    estimate = {"share": share, "labels": 20}
    Round.objects.filter(pk=active.pk).update(estimate=estimate, closed_at=timezone.now())
    closing = Round.objects.create(
        job=job,
        number=active.number + 1,
        purpose="closing",
        state="TRAINING",
        settings=active.settings,
    )
    assert job.images.unlabeled().count() == 70

    selection.prefetch(closing)

    assert closing.assignments.count() == ahead

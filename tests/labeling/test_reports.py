"""Figures of a job that the live page and the report show."""

import pytest

from labeling.assignments import claims
from labeling.models import Label
from labeling.reports import figures
from labeling.rounds import lifecycle
from tests.factories import answer, box, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_label_that_was_brought_in_is_neither_spent_nor_saved(job):
    for image in job.images.all()[:3]:
        Label.objects.create(image=image, source="imported", boxes=[box()])
    assert figures.cost(job) == {"total": 0, "all_human": 0, "saved_share": 0}


def test_answers_that_wait_for_their_label_cost_the_same_either_way(job, alice, bob, mona):
    lifecycle.start(job, mona)
    run_steps(job)
    answer(claims.claim_next(job, alice, count=1).assignments[0], alice)

    told = figures.cost(job)
    assert told["total"] == told["all_human"] == pytest.approx(float(job.price_answer))
    assert told["saved_share"] == 0

    while run_steps(job) + work_all(job, alice, bob):
        pass
    told = figures.cost(job)
    assert told["total"] == pytest.approx(told["all_human"])
    assert told["all_human"] == pytest.approx(12 * float(job.price_image + job.price_answer))

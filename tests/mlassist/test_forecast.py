"""The outlook: shares per target with their interval, and what they mean in hours and money."""

from dataclasses import replace

import numpy as np
import pytest
from django.utils import timezone

from labeling.models import Job, Round
from labeling.reports import forecast as outlook
from labeling.rounds import lifecycle
from mlassist.calibration.core.forecast import Forecast, forecast
from mlassist.calibration.core.proof_chances import in_draws, most_expected
from mlassist.calibration.core.thresholds import CandidateSet, candidate_sets, options
from mlassist.calibration.proposals import taken_nested
from tests.factories import join, make_images, make_job, work_all
from tests.running import run_steps


def rows_of(
    pool: np.ndarray, known: np.ndarray, quality: np.ndarray, target: float, seed: int = 0
) -> list[Forecast]:
    taken = taken_nested(pool, known, quality, 0.05, 120, lambda asked, size: asked)
    return forecast(taken, len(pool), len(known), target, seed)


def job_like(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    known, pool = rng.random(n), rng.random(500)
    quality = np.clip(0.35 + 0.6 * known + rng.normal(0, 0.1, n), 0, 1)
    return pool, known, quality


def test_the_expected_share_is_the_calibrations_own_and_lies_in_its_interval():
    pool, known, quality = job_like(150)
    rows = rows_of(pool, known, quality, 0.7)
    _, images = most_expected(options(pool, known, quality), 0.05, 120, lambda size: 0.7)
    assert rows[0].share == pytest.approx(images / 500, abs=0.001)
    assert rows[0].low <= rows[0].share <= rows[0].high
    assert 30 <= rows[0].checks <= 120


def test_a_higher_target_never_takes_more():
    rows = rows_of(*job_like(150), 0.6)
    assert [r.target for r in rows] == [0.6, 0.65, 0.7]
    assert rows[0].share >= rows[1].share >= rows[2].share


def test_more_judging_images_make_the_interval_narrower():
    few, many = (rows_of(*job_like(n), 0.7)[0] for n in (40, 1500))
    assert many.high - many.low < few.high - few.low


def test_the_interval_holds_the_truth_about_as_often_as_it_says(monkeypatch):
    """Against the largest set that is good enough, over 40 fresh judging sets of 120."""
    monkeypatch.setattr("mlassist.calibration.core.forecast.DEARER", (0.0,))
    rng = np.random.default_rng(0)
    pool = rng.random(200)
    big = rng.random(200_000)
    truth = candidate_sets(pool, big, np.clip(0.35 + 0.6 * big, 0, 1), 0.75)[-1].size / 200
    inside = 0
    for seed in range(40):
        known = np.random.default_rng(seed).random(120)
        noise = np.random.default_rng(seed + 1000).normal(0, 0.15, 120)
        row = rows_of(pool, known, 0.35 + 0.6 * known + noise, 0.75, seed)[0]
        inside += row.low - 0.02 <= truth <= row.high + 0.02
    assert inside >= 40 * 0.65


def test_no_target_above_the_highest_is_priced_and_nothing_comes_of_nothing():
    assert len(rows_of(*job_like(60), 0.96)) == 1
    assert rows_of(np.empty(0), np.ones(3), np.ones(3), 0.6) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("mode", "people", "each"),
    [("independent", 3, 3), ("adaptive", 3, 2), ("adaptive", 1, 1), ("verify", 1, 1)],
)
def test_before_the_first_answer_it_counts_who_is_asked_at_least(
    alice, bob, eve, mode, people, each
):
    job = make_job(mode=mode, annotators_per_image=people, acceptance="per_round")
    for user in (alice, bob, eve):
        join(job, user, "annotator")
    make_images(job, 60)
    lifecycle.start(job, None)

    assert outlook.of_job(Job.objects.get(pk=job.pk))["rows"][0]["answers"][0] == 60 * each


@pytest.mark.django_db(transaction=True)
def test_hours_and_money_follow_from_what_was_measured(alice):
    job = make_job(
        acceptance="per_round",
        pilot_size=20,
        validation_size=0,
        training_size=20,
        price_image="0.08",
        price_answer="0.036",
        annotators_per_image=1,
    )
    join(job, alice, "annotator")
    make_images(job, 60)
    assert outlook.of_job(job) is None
    lifecycle.start(job, None)
    run_steps(job)
    work_all(job, alice)
    job.refresh_from_db()
    job.rounds.get(number=1).assignments.update(active_ms=9000)

    told = outlook.of_job(job)
    left = job.images.unlabeled().count()
    assert told["left"] == left
    assert told["note"] == outlook.BEFORE
    assert told["rows"][0]["auto"] == [0, 0, 0]
    assert told["rows"][0]["money"][0] == pytest.approx(left * 0.116)

    judged = Round.objects.create(
        job=job,
        number=9,
        purpose="active",
        state="ACCEPTING",
        settings={"acceptance": "per_round", "assist": True},
        entered={},
        closed_at=timezone.now(),
        estimate={"share": 0.5, "forecast": [[0.6, 0.5, 0.25, 0.75, 40]]},
    )
    told = outlook.of_job(Job.objects.get(pk=job.pk))
    row = told["rows"][0]
    assert not told["note"]
    assert row["auto"] == [round(left * s) for s in (0.5, 0.25, 0.75)]
    hours, least, most = row["hours"]
    assert least < hours < most
    assert hours == pytest.approx(left * 0.5 * 9 / 3600, abs=0.01)

    # once it has accepted, what is left is what it was unsure of
    judged.state = "SELECTING"
    judged.save()
    told = outlook.of_job(Job.objects.get(pk=job.pk))
    assert told["note"] == outlook.AFTER
    assert told["rows"][0]["auto"] == [0, 0, 0]
    judged.settings = replace(
        judged.settings, acceptance="certified"
    )  # an active round's share waits for the proof
    judged.save()
    assert not outlook.of_job(Job.objects.get(pk=job.pk))["note"]


def test_what_the_exact_test_cannot_show_is_not_forecast():
    """All known images are without a defect: .98 of 800 can be shown with 240 checks."""
    rng = np.random.default_rng(2)
    pool, known = rng.random(800), rng.random(150)

    def images(target: float, exact: bool) -> int:
        taken = taken_nested(
            pool, known, np.ones(150), 0.05, 120, lambda asked, size: asked, exact=exact
        )
        return taken(target, np.arange(150), True)[0]

    assert images(0.98, True) == images(0.98, False) > 700
    assert images(0.99, False) > 700
    assert images(0.995, False) > 700
    assert images(0.995, True) <= 300  # all but a few would be checked


def test_sets_that_their_draws_cannot_show_leave_the_chain():
    sets = [CandidateSet(0.5, size, 1.0, 0.1, 0.0) for size in (400, 600, 800)]
    assert in_draws(sets, 120, 0.98, 0.05) == []
    assert in_draws(sets, 240, 0.98, 0.05) == [1, 2]
    assert in_draws(sets, 240, 0.99, 0.05) == []
    assert in_draws([], 240, 0.9, 0.05) == []

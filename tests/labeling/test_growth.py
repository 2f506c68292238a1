"""When another batch pays: the power law, and what certified jobs make of it."""

import pytest
from django.utils import timezone

from labeling.models import Image, Round, RoundSettings
from labeling.rounds import stages, stopping
from labeling.rounds.core.growth import USUAL_EXPONENT, batch_pays, share_after
from tests.factories import make_images, make_job


def law(labels: int, exponent: float, start: float = 0.9) -> float:
    """Acceptable share after so many labels, `start` not acceptable after 100."""
    return 1 - start * (labels / 100) ** -exponent


def test_one_round_grows_as_usual_and_more_rounds_teach_the_job_its_own_speed():
    assert share_after([(100, 0.4)], 100) == pytest.approx(0.4)
    assert share_after([(100, 0.4)], 200) == pytest.approx(1 - 0.6 * 2**-USUAL_EXPONENT)
    for exponent in (0.1, 0.9):
        seen = [(n, law(n, exponent)) for n in (100, 200, 400, 800)]
        error = abs(share_after(seen, 1600) - law(1600, exponent))
        usual = abs(share_after(seen[-1:], 1600) - law(1600, exponent))
        assert error < 0.35 * usual


def test_a_share_that_falls_by_chance_never_forecasts_a_worse_detector():
    assert share_after([(100, 0.5), (200, 0.2)], 400) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("share", "pays"),
    [
        (0.0, True),  # people would label all of it anyway
        (0.2, True),
        (0.5, False),  # .59 of 500 are fewer than .50 of 650
        (0.9, False),
        (1.0, False),
    ],
)
def test_a_batch_pays_where_the_machine_takes_more_images_after_it(share, pays):
    assert batch_pays([(200, share)], 200, left=650, batch=150) is pays


def test_a_slow_detector_goes_on_as_long_as_people_have_the_images_anyway():
    # 3 points a round: few, but the batch holds hardly any image that the machine could take
    slow = [(120, 0.04), (180, 0.07), (240, 0.10)]
    assert batch_pays(slow, 300, left=2000, batch=60)
    flat = [(100, 0.40), (200, 0.40), (400, 0.40), (800, 0.40)]
    assert not batch_pays(flat, 800, left=2000, batch=60)


@pytest.mark.django_db
def test_a_certified_job_closes_when_its_own_rounds_say_so():
    job = make_job(
        acceptance="certified", pilot_size=0, validation_size=0, training_size=1, batch_size=20
    )
    make_images(job, 200)

    def judged(number: int, labels: int, share: float) -> Round:
        return Round.objects.create(
            job=job,
            number=number,
            purpose="active",
            state="SELECTING",
            entered={},
            settings={"acceptance": "certified", "batch_size": 20},
            estimate={"share": share, "labels": labels},
            closed_at=timezone.now(),
        )

    assert not stopping.should_close(job, 200)  # nothing was judged yet
    assert not stopping.enough_in(judged(1, 60, 0.1))
    assert not stopping.should_close(job, 200)
    late = judged(2, 80, 0.85)
    assert stopping.enough_in(late)
    assert stopping.should_close(job, 200)
    assert stopping.should_close(job, 20)  # one batch is left
    assert Image.objects.unlabeled().count() == 200
    assert stages.next_purpose(job)[0] == "training"  # labels first


@pytest.mark.django_db
@pytest.mark.parametrize(("budget", "closes"), [(None, False), (1, False), (0, True)])
def test_no_further_batch_is_drawn_before_the_proof_once_the_budget_is_spent(budget, closes):
    job = make_job(acceptance="certified", batch_size=20, budget=budget)
    make_images(job, 200)

    assert stopping.should_close(job, 180) is closes


@pytest.mark.django_db
@pytest.mark.parametrize(("elsewhere", "closes"), [(0, False), (900, True)])
def test_what_a_detector_was_taught_elsewhere_counts(elsewhere: int, closes: bool):
    """A batch is much to a detector that knows 20 images, and little to one that knows 900."""
    job = make_job(acceptance="certified", batch_size=20)
    make_images(job, 200)
    Round.objects.create(
        job=job,
        number=1,
        purpose="active",
        state="CLOSED",
        closed_at=timezone.now(),
        settings=RoundSettings.of_job(job),
        estimate={"labels": 20, "elsewhere": elsewhere, "share": 0.2},
    )

    assert stopping.should_close(job, 180) is closes

"""Images taken out, put back or corrected while their round goes on."""

import pytest

from labeling.assignments import claims, skips
from labeling.consolidation import labels
from labeling.models import Assignment, Image, Label
from labeling.rounds import lifecycle, selection
from tests.factories import box
from tests.labeling.test_rounds import finish
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("skipped", [False, True])
def test_an_image_restored_in_its_round_gets_people_again(job, alice, bob, mona, skipped):
    lifecycle.start(job, None)
    run_steps(job)
    image = Assignment.objects.filter(state="open").first().image
    if skipped:
        for who in (alice, bob):
            hand = claims.claim_next(job, who)
            skips.skip(next(s for s in hand.assignments if s.image_id == image.pk), who, "other")
    else:
        labels.exclude(image, "manager", mona)

    labels.restore(image, mona)

    assert finish(job, alice, bob).state == "complete"
    assert Label.objects.active().filter(image=image, source="human").exists()


def test_an_image_restored_while_its_round_selects_is_chosen_again(job, mona):
    lifecycle.start(job, None)
    round = job.rounds.get()
    image = selection.candidates(round)[0]
    selection.open_assignments(round, [image])
    labels.exclude(image, "manager", mona)
    labels.restore(image, mona)

    run_steps(job)

    assert [s.state for s in round.assignments.filter(image=image)] == ["withdrawn", "open"]


def test_a_corrected_image_is_handed_to_nobody(job, alice, bob, mona):
    lifecycle.start(job, None)
    run_steps(job)
    assignment = Assignment.objects.filter(state="open").first()

    labels.correct(assignment.image, [box(20)], mona)

    hands = [claims.claim_next(job, who) for who in (alice, bob)]
    assert assignment.image_id not in {s.image_id for hand in hands for s in hand.assignments}
    assert finish(job, alice, bob).state == "complete"
    assert Label.objects.active().get(image=assignment.image).source == "reviewer"


def test_a_restored_image_judges_the_detector_no_more(job, mona):
    """Its next answer may be drawn on the detector's own boxes."""
    judges, taught = job.images.order_by("pk")[:2]
    for image, split in ((judges, "validation"), (taught, "training")):
        Image.objects.filter(pk=image.pk).update(split=split)
        labels.exclude(image, "manager", mona)
        labels.restore(image, mona)

    splits = Image.objects.filter(pk__in=(judges.pk, taught.pk)).order_by("pk")
    assert list(splits.values_list("split", flat=True)) == ["", "training"]

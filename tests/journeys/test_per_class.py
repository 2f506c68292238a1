"""A whole job that proves each class on its own."""

import pytest
from django.db import IntegrityError

from labeling.certification.core import verification
from labeling.models import AuditPlan, Certificate, Event, Job, Label
from labeling.reports import certificate_report, job_report
from mlassist.models import Calibration
from tests import factories, fakes
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import box
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
CAT, DOG = 0, 1
RIGHT, WRONG = (11.0, 10.0, 60.0, 60.0), (100.0, 80.0, 150.0, 130.0)


def kind(digest: str) -> int:
    """Two images of five show a dog, whatever their score."""
    return DOG if int(digest[-8:], 16) % 5 < 2 else CAT


def people(assignment):
    return [box(class_id=kind(assignment.image.digest))]


def judge(audit):
    truth = [box(class_id=kind(audit.image.digest))]
    seen_rightly = audit.predicted and audit.predicted[0]["x1"] < 50
    return ("approved", None) if seen_rightly and not audit.blind else ("corrected", truth)


@pytest.fixture
def closing(settings, request, alice, rita, bob):
    """At its audit; dogs are seen at the place given."""

    def sight(path):
        found = kind(path.name)
        return (RIGHT if found == CAT else request.param), fakes.score_of(path), found

    yield from at_its_audit(
        settings,
        alice,
        (rita, bob),
        220,
        fresh=True,
        training_size=30,
        audit_budget=120,
        per_class=True,
        target_quality=0.75,
        sight=sight,
        boxes=people,
    )


@pytest.mark.parametrize("closing", [RIGHT], indirect=True)
def test_both_classes_are_shown_each_on_its_own(closing, rita, bob):
    judge_all(closing, rita, bob, verdict=judge)
    run_steps(closing)

    row = Certificate.objects.get(round=round_of(closing))
    assert row.outcome == "certified" and row.document["result"]["sets_shown"] == [0, 1]
    assert verification.verify(row.document) == []
    assert "in each of cat, dog" in certificate_report.certificate(closing)["claim"]
    assert [s["name"] for s in job_report.of_job(closing)["sets"]] == ["cat", "dog"]
    auto = Label.objects.active().auto().filter(image__job=closing).select_related("image")
    assert {kind(label.image.digest) for label in auto} == {CAT, DOG}


@pytest.mark.parametrize("closing", [WRONG], indirect=True)
def test_a_class_that_is_seen_badly_goes_to_people_and_says_so(closing, rita, bob):
    locked = AuditPlan.objects.get(round=round_of(closing))
    assert [s["class"] for s in locked.content["sets"]] == ["cat"]
    assert "does not exceed the target" in locked.content["left_out"]["dog"]
    assert Event.objects.get(job=closing, kind="classes_left_out").data["classes"] == "dog"

    judge_all(closing, rita, bob, verdict=judge)
    run_steps(closing)
    auto = Label.objects.active().auto().filter(image__job=closing).select_related("image")
    assert auto and {kind(label.image.digest) for label in auto} == {CAT}

    claim = certificate_report.certificate(closing)["claim"]
    assert claim.endswith("≥ 0.75, for cat, with risk ≤ 10%")

    # what was foreseen counts no dog either
    foreseen = round_of(closing).estimate
    candidates = sum(one["size"] for one in locked.content["sets"])
    assert foreseen["accept_now"] == candidates
    assert foreseen["sentence"] == (
        f"would accept now: {candidates} images (provisional, class by class)"
    )
    assert foreseen["forecast"][0][1] == foreseen["share"]

    rows = Calibration.objects.filter(detector__round__job=closing).order_by("detector__round")
    assert [row.threshold for row in rows] == [None] * len(rows)
    assert [set(row.class_thresholds) for row in rows] == [{"cat"}] * len(rows)
    # people were to label dogs, for cats are accepted anyway
    left = closing.images.filter(split="")
    in_line = {kind(image.digest) for image in left if image.priority is not None}
    assert in_line == {DOG} and {kind(image.digest) for image in left} == {CAT, DOG}
    assert any("dog: not put to the proof" in words for words in job_report.of_job(closing)["help"])


def test_the_whole_data_set_is_one_guarantee(db):
    job = factories.make_job()
    with pytest.raises(IntegrityError):
        Job.objects.filter(pk=job.pk).update(per_class=True, guarantee="dataset")

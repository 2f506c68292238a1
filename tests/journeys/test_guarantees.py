"""Whole jobs that guarantee something else than the mean quality of what is accepted."""

import pytest

from labeling.certification import certificates, standing
from labeling.certification.core import document, nested_test, verification
from labeling.consolidation import labels
from labeling.kernel.errors import Conflict
from labeling.models import AuditPlan, Certificate, Image, Job, Label, Round, RoundSettings
from labeling.reports import certificate_report, job_report
from labeling.review import monitoring, queue
from labeling.rounds import lifecycle
from tests import fakes
from tests.auditing import at_its_audit, give, judge_all, prefix, round_of
from tests.factories import ALONE, box, join, make_images, make_job, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closing(settings, request, alice, rita, bob):
    """At its audit: 100 images left, all seen rightly, of a job with the asked guarantee."""
    asked = {"audit_budget": 60, **request.param}
    yield from at_its_audit(settings, alice, (rita, bob), early=10, **asked)


DEFECT_FREE = {"guarantee": "defect_free", "target_quality": 0.9}
DATASET = {"guarantee": "dataset", "target_quality": 0.9}


@pytest.mark.parametrize("closing", [DEFECT_FREE], indirect=True)
def test_the_share_without_a_defect_is_shown_by_the_exact_test(closing, rita, bob):
    judge_all(closing, rita, bob)
    run_steps(closing)

    row = Certificate.objects.get(round=round_of(closing))
    assert row.outcome == "certified"
    assert {d["value"] for d in row.document["draws"]} == {1.0}  # IoU .98 is no defect
    assert row.document["result"]["audited"] < 60
    assert verification.verify(row.document) == []
    assert "without a defect" in certificate_report.certificate(closing)["claim"]
    assert Label.objects.active().auto().filter(image__job=closing).exists()


@pytest.mark.parametrize("closing", [DEFECT_FREE], indirect=True)
def test_no_budget_is_raised_for_what_no_check_can_show_any_more(closing, rita, bob, mona):
    round = round_of(closing)
    locked = AuditPlan.objects.get(round=round)
    plan = document.plan_of(standing.locked_part(locked))
    missed = {"left": 12}

    def verdict(audit):
        if audit.blind or not missed["left"]:
            return ("corrected", [box()]) if audit.blind else ("approved", None)
        missed["left"] -= 1
        return "corrected", [box(), box(100)]

    for who in (rita, bob):
        for audit in queue.claim_next(closing, who, count=12):
            given, boxes = verdict(audit)
            give(audit, who, given, boxes)
    values = [a.value for a in prefix(round)]
    assert (nested_test.run_test(plan, values).wealth == 0).all()
    Round.objects.filter(pk=round.pk).update(state="AUDITING")  # as before the worker's next look
    with pytest.raises(Conflict, match="No number of further checks"):
        certificates.raise_budget(round, 100, mona)


@pytest.mark.parametrize("closing", [DEFECT_FREE | {"audit_budget": 15}], indirect=True)
def test_checks_that_the_exact_test_cannot_do_without_are_planned(closing, rita, bob):
    """15 checks cannot show .9 of 100; the 30 that may be made in all can."""
    content = AuditPlan.objects.get(round=round_of(closing)).content
    assert (content["budget"], content["most_checks"]) == (30, 30)
    judge_all(closing, rita, bob)
    run_steps(closing)
    assert Certificate.objects.get(round=round_of(closing)).outcome == "certified"


def test_a_share_that_no_checks_can_show_is_told_and_not_audited(settings, alice, rita):
    """.99 of what is left takes more than the 10 checks that may be made, even if all is right."""
    settings.MLASSIST_ENGINE = "tests.fakes"
    fakes.SEES["sight"] = lambda path: ((11.0, 10.0, 60.0, 60.0), fakes.score_of(path))
    sizes = {"pilot_size": 10, "validation_size": 20, "training_size": 20, "batch_size": 20}
    job = make_job(
        **ALONE | sizes,
        acceptance="certified",
        guarantee="defect_free",
        target_quality=0.99,
        audit_budget=5,
    )
    join(job, alice, "annotator")
    join(job, rita, "reviewer")
    make_images(job, 100)
    lifecycle.start(job, None)
    for _ in range(20):
        run_steps(job)
        work_all(job, alice)
        job.refresh_from_db()
        if job.state == "complete":
            break
    fakes.SEES.clear()
    assert job.state == "complete"
    assert not AuditPlan.objects.filter(round__job=job).exists()
    told = [event.data["sentence"] for event in job.events.filter(kind="calibrated")]
    assert any("have no defect takes" in one and "at most 10 are made" in one for one in told)


@pytest.mark.parametrize("closing", [DEFECT_FREE], indirect=True)
def test_the_audit_ends_where_no_check_can_show_anything_any_more(closing, rita, bob):
    wrong = [box(), box(100)]
    judged = judge_all(closing, rita, bob, verdict=lambda audit: ("corrected", wrong))
    assert judged < 30
    run_steps(closing)
    assert Certificate.objects.get(round=round_of(closing)).outcome == "not_provable"


@pytest.mark.parametrize("closing", [DATASET], indirect=True)
def test_the_whole_data_set_needs_less_of_what_the_machine_labels(closing, rita, bob):
    locked = AuditPlan.objects.get(round=round_of(closing))
    for part in locked.content["sets"]:
        wanted = max(0, 1 - 0.1 * 170 / part["size"])
        assert part["target"] == pytest.approx(wanted)
        assert part["target"] < 0.9

    judge_all(closing, rita, bob)
    run_steps(closing)
    row = Certificate.objects.get(round=round_of(closing))
    assert row.outcome == "certified"
    assert verification.verify(row.document) == []
    shown = row.document["result"]["sets_certified"]
    assert monitoring.target_of(round_of(closing)) == locked.content["sets"][shown - 1]["target"]
    assert "170 images that the data set had" in certificate_report.certificate(closing)["claim"]
    assert "excluded" not in job_report.of_job(closing)["rest"]
    for image in Image.objects.filter(job=closing)[:34]:
        labels.exclude(image, "manager", None)
    told = job_report.of_job(closing)["rest"]
    assert "34 images were excluded" in told
    assert (
        f"of the other 136 the certificate says a mean quality of at least {1 - 17 / 136:.2f}"
        in told
    )


@pytest.mark.django_db
def test_acceptance_per_round_aims_at_mean_quality_whatever_is_guaranteed():
    for acceptance, kind in (("per_round", "quality"), ("certified", "defect_free")):
        job = make_job(acceptance=acceptance, guarantee="defect_free")
        assert RoundSettings.of_job(job).kind == kind


def test_a_job_guarantees_the_mean_quality_of_the_accepted_unless_told_otherwise():
    assert Job().guarantee == "quality"

"""A proof that is tried again, and one whose worker was killed on the way."""

from pathlib import Path

import pytest

from labeling.assignments import claims
from labeling.certification import planning
from labeling.certification.core import seed
from labeling.consolidation import labels
from labeling.models import Audit, AuditPlan, Certificate, Label
from labeling.reports import snapshot
from mlassist.models import Detector
from tests import fakes
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import box, make_images, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_after_a_proof_that_failed_a_taught_detector_tries_the_rest_and_then_people_get_it(
    closing, alice, rita, bob
):
    from annotator_ui.suggest import for_images

    def fail() -> str:
        judge_all(closing, rita, bob, verdict=lambda a: ("corrected", [box(120, 80, 40)]))
        run_steps(closing)
        return snapshot.of_job(closing)["certificate"]["sentence"]

    assert "Nothing is final yet" in fail()  # of the second proof
    first = round_of(closing)
    assert Certificate.objects.get(round=first).outcome == "not_provable"
    assert not Label.objects.auto().filter(image__job=closing).exists()
    checked = Label.objects.active().filter(round=first, source="reviewer")
    assert checked.count() == 40
    work_all(closing, alice)
    run_steps(closing)

    second = round_of(closing, 2)
    taught = Detector.objects.get(round=second).trained_on
    assert taught >= Detector.objects.get(round=first).trained_on + 40
    assert AuditPlan.objects.get(round=second).content["level"] == 0.016

    said = fail()  # fewer are left than a batch
    assert "could not be shown" in said and "people get the other" in said
    assignment = claims.claim_next(closing, alice, suggest=for_images).assignments[0]
    assert assignment.suggested and assignment.round == second
    second.delete()
    others = len(AuditPlan.objects.get(round=first).content["candidates"]) - 40
    told = snapshot.of_job(closing)["certificate"]["sentence"]
    assert told.endswith(f"has learned from them tries the other {others} again.")


@pytest.fixture
def graded(settings, alice, rita, bob):
    """A job at its audit whose detector sees some images better than others."""
    yield from at_its_audit(
        settings,
        alice,
        (rita, bob),
        260,
        sight=fakes.default_sight,
        target_quality=0.6,
        monitoring_share=0.0,
    )


def test_what_a_proof_leaves_over_is_tried_again_by_a_taught_detector(graded, alice, rita, bob):
    first = round_of(graded)

    def only_the_surest(audit):
        if audit.blind:
            return "corrected", [box()]
        return ("approved", None) if audit.rank == 0 else ("corrected", [box(120, 80, 40)])

    judge_all(graded, rita, bob, verdict=only_the_surest)
    run_steps(graded)

    paper = Certificate.objects.get(round=first)
    result = paper.document["result"]
    assert paper.outcome == "certified"
    second = round_of(graded, 2)
    taught = Detector.objects.get(round=second).trained_on
    assert taught >= Detector.objects.get(round=first).trained_on + result["audited"]
    locked = AuditPlan.objects.get(round=second)
    assert locked.content["level"] == 0.016
    others = len(locked.content["candidates"])
    assert others > graded.batch_size

    second.delete()
    said = snapshot.of_job(graded)["certificate"]["sentence"]
    assert said.endswith(f"A detector that has learned from the checks tries the other {others}.")


def test_images_that_come_during_the_audit_get_a_round_of_their_own(closing, alice, rita, bob):
    new = {image.pk for image in make_images(closing, 30, intake=1)}
    judge_all(closing, rita, bob)
    run_steps(closing)
    work_all(closing, alice)
    run_steps(closing)

    round = round_of(closing)
    assert round.state == "CLOSED" and Certificate.objects.get(round=round).outcome == "certified"
    assert not round.assignments.filter(image__in=new).exists()
    assert closing.rounds.filter(closed_at=None).exists()


def test_killed_after_the_freeze_its_places_are_those_that_were_locked(
    settings, alice, rita, bob, monkeypatch
):
    """Meanwhile reviewers correct labels that judge the detector: it would look worse now."""

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(planning, "write_audits", killed)
        made = at_its_audit(
            settings,
            alice,
            (rita, bob),
            sight=fakes.default_sight,
            fresh=True,
            audit_budget=10,
            target_quality=0.7,
            monitoring_share=0.0,
        )
        with pytest.raises(KeyboardInterrupt):
            next(made)
    locked = AuditPlan.objects.get()
    round = locked.round
    judges = Label.objects.active().filter(image__split="validation").select_related("image")
    best = sorted(judges, key=lambda row: -fakes.score_of(Path(row.image.file)))
    for label in best[:8]:
        labels.correct(label.image, [box(90, 70, 40)], rita)

    run_steps(round.job)

    rows = Audit.objects.filter(round=round, blind=False).select_related("image")
    assert 20 < rows.count() == len(locked.content["candidates"])
    fixed = {key: commitment for key, _, commitment, _ in locked.content["candidates"]}
    for audit in rows:
        key = audit.image.digest
        assert seed.commitment(locked.server_nonce, key, audit.predicted) == fixed[key]
    fakes.SEES.clear()

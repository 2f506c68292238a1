"""A certified job: nothing binding before the proof, the freeze, the audit, and what it accepts."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from labeling.core import document, verifying
from labeling.core.boxes import without_scores
from labeling.errors import Conflict, Invalid, NotAllowed
from labeling.models import Audit, CandidateSet, Certificate, Freeze, Label
from labeling.services import (
    audits,
    claims,
    freezing,
    labels,
    members,
    recalls,
    reports,
    snapshot,
    verdicts,
)
from mlassist.models import Detector
from tests import fakes
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import answer, box, join, make_images, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_active_rounds_accept_nothing_and_say_what_they_would(closing):
    active = closing.rounds.get(purpose="active")

    assert not Label.objects.auto().filter(round=active).exists()
    assert active.estimate["share"] >= 0.5
    assert "provisional" in active.estimate["sentence"]


def test_the_active_round_stops_early_once_enough_is_acceptable(closing):
    active = closing.rounds.get(purpose="active")
    assert active.assignments.submitted().count() == 10  # those begun, not all 20


def test_the_freeze_holds_sets_order_and_seed_and_is_made_once(closing):
    round = round_of(closing)
    frozen = Freeze.objects.get(round=round)

    assert round.state == "AUDITING"
    assert document.digest(frozen.content) == frozen.content_digest
    assert frozen.level == closing.risk / 2
    sizes = [s.size for s in CandidateSet.objects.filter(round=round)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == Audit.objects.filter(round=round, blind=False).count()


def test_from_the_freeze_on_no_seat_is_handed_out_on_a_frozen_image(closing, alice):
    round = round_of(closing)
    frozen = set(Audit.objects.filter(round=round).values_list("image", flat=True))

    while seats := claims.claim_next(closing, alice).seats:
        for seat in seats:
            assert seat.image_id not in frozen
            answer(seat, alice)
    assert round.state == "AUDITING"


def test_the_certified_set_becomes_labels_and_checked_images_keep_the_checkers_boxes(
    closing, alice, rita, bob
):
    judge_all(closing, rita, bob)
    run_steps(closing)
    work_all(closing, alice)
    run_steps(closing)

    round = round_of(closing)
    paper = Certificate.objects.get(round=round)
    assert paper.outcome == "certified"
    assert verifying.verify(paper.document) == []
    checked = Audit.objects.filter(round=round, kind="certificate", blind=False).decided()
    for audit in checked:
        label = Label.objects.active().get(image=audit.image)
        assert label.source == "reviewer"
        assert label.boxes == without_scores(audit.predicted)
    named = paper.document["result"]["certified_images"]
    auto = Label.objects.active().auto().filter(round=round)
    assert auto.count() == named - checked.filter(rank__lt=99).count()
    assert auto.first().detail["certificate"] == paper.digest
    closing.refresh_from_db()
    assert closing.state == "complete"
    counts = reports.counts(closing)
    assert counts["human"] + counts["auto"] + counts["excluded"] == counts["images"]
    assert counts["certified"] == named


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
    assert Freeze.objects.get(round=second).level == closing.risk / 4

    said = fail()  # fewer are left than a batch
    assert "could not be shown" in said and "people get the other" in said
    seat = claims.claim_next(closing, alice, suggest=for_images).seats[0]
    assert seat.suggested and seat.round == second
    second.delete()
    others = len(Freeze.objects.get(round=first).content["candidates"]) - 40
    told = snapshot.of_job(closing)["certificate"]["sentence"]
    assert told.endswith(f"has learned from them tries the other {others} again.")


@pytest.fixture
def graded(settings, alice, rita, bob):
    """A job at its audit whose detector sees some images better than others."""
    yield from at_its_audit(
        settings, alice, (rita, bob), 260, sight=fakes.default_sight, training_size=20,
        batch_size=20, audit_budget=40, target_quality=0.6, watch_share=0.0,
    )  # fmt: skip


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
    frozen = Freeze.objects.get(round=second)
    assert frozen.level == graded.risk / 4
    others = len(frozen.content["candidates"])
    assert others > graded.batch_size

    second.delete()
    said = snapshot.of_job(graded)["certificate"]["sentence"]
    assert said.endswith(f"A detector that has learned from the checks tries the other {others}.")


def test_what_cannot_be_judged_counts_nothing_and_goes_to_people(closing, alice, rita, bob):
    first = {}

    def once(audit):
        if not audit.blind and not first:
            first["image"] = audit.image_id
            return "unjudgeable", None
        return ("corrected", [box()]) if audit.blind else ("approved", None)

    judge_all(closing, rita, bob, verdict=once)
    run_steps(closing)

    round = round_of(closing)
    audit = Audit.objects.get(round=round, image=first["image"], blind=False)
    assert audit.value == 0
    assert first["image"] in recalls.not_for_machine(round)  # in no later proof either
    assert not Label.objects.active().filter(image=first["image"]).exists()
    assert round_of(closing).assignments.filter(image=first["image"], state="open").exists()


def test_the_blind_check_comes_from_someone_else(closing, rita, bob):
    judge_all(closing, rita, bob)

    blind = Audit.objects.filter(round=round_of(closing), blind=True).decided()
    assert blind.exists()
    for audit in blind:
        shown = Audit.objects.get(
            round=audit.round, image=audit.image, kind="certificate", blind=False
        )
        assert shown.reviewer != audit.reviewer


def test_who_once_had_one_check_of_an_image_leaves_the_other_to_someone_new(
    closing, rita, bob, eve
):
    join(closing, eve, "reviewer")
    gone = timezone.now() - timedelta(hours=1)
    held = next(a for a in audits.claim_next(closing, rita, count=40) if a.blind)
    Audit.objects.filter(reviewer=rita).update(lease_expires_at=gone)
    blind = next(a for a in audits.claim_next(closing, bob, count=40) if a == held)
    verdicts.decide(blind, bob, verdict="corrected", boxes=[box()])
    Audit.objects.undecided().update(reviewer=None)
    shown = Audit.objects.get(round=blind.round, image=blind.image, blind=False)

    def may(who) -> bool:
        return shown in audits.claimable(closing, who, timezone.now())

    assert [may(who) for who in (rita, bob, eve)] == [False, False, True]
    # but it does not wait for someone who is not there
    members.remove(closing.members.get(user=eve), None)
    assert [may(who) for who in (rita, bob)] == [True, False]


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


def test_killed_after_the_freeze_its_places_are_those_that_were_sealed(
    settings, alice, rita, bob, monkeypatch
):
    """Meanwhile reviewers correct labels that judge the detector: it would look worse now."""

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(freezing, "hold_places", killed)
        made = at_its_audit(
            settings, alice, (rita, bob), 170, sight=fakes.default_sight, training_size=20,
            batch_size=20, audit_budget=10, target_quality=0.7, watch_share=0.0,
        )  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            next(made)
    frozen = Freeze.objects.get()
    round = frozen.round
    judges = Label.objects.active().filter(image__split="validation").select_related("image")
    best = sorted(judges, key=lambda row: -fakes.score_of(Path(row.image.file)))
    for label in best[:8]:
        labels.correct(label.image, [box(90, 70, 40)], rita)

    run_steps(round.job)

    rows = Audit.objects.filter(round=round, blind=False).select_related("image")
    assert 20 < rows.count() == len(frozen.content["candidates"])
    seen = document.digest(sorted([a.image.digest, document.digest(a.predicted)] for a in rows))
    assert seen == frozen.content["predictions"]
    fakes.SEES.clear()


def test_one_reviewer_alone_draws_blind_before_seeing_the_boxes(closing, rita, bob):
    members.remove(closing.members.get(user=bob), None)

    judge_all(closing, rita)

    for audit in Audit.objects.filter(round=round_of(closing), blind=True).decided():
        shown = Audit.objects.get(
            round=audit.round, image=audit.image, kind="certificate", blind=False
        )
        assert shown.decided_at is None or audit.decided_at <= shown.decided_at


def test_a_certificate_audit_takes_no_rejection(closing, rita):
    audit = next(a for a in audits.claim_next(closing, rita) if not a.blind)
    with pytest.raises(Invalid, match="takes one of"):
        verdicts.decide(audit, rita, verdict="rejected", reason="Object missed")


def test_a_correction_that_changes_nothing_is_an_approval(closing, rita):
    audit = next(a for a in audits.claim_next(closing, rita) if not a.blind)

    decided = verdicts.decide(
        audit, rita, verdict="corrected", boxes=without_scores(audit.predicted)
    )

    assert (decided.verdict, decided.value) == ("approved", 1.0)


def test_saying_a_verdict_again_changes_nothing_and_another_one_is_refused(closing, rita, bob):
    audit = next(a for a in audits.claim_next(closing, rita) if not a.blind)
    verdicts.decide(audit, rita, verdict="approved")

    assert verdicts.decide(audit, rita, verdict="approved").verdict == "approved"
    with pytest.raises(Conflict):
        verdicts.decide(audit, rita, verdict="unjudgeable")
    with pytest.raises(Conflict):
        verdicts.decide(audit, bob, verdict="approved")


def test_only_reviewers_check(closing, alice):
    with pytest.raises(NotAllowed):
        audits.claim_next(closing, alice)

"""A certified job: nothing binding before the proof, the audit plan, the audit, and what it
accepts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.assignments import claims
from labeling.certification.core import verification
from labeling.jobs import members
from labeling.kernel import digests
from labeling.kernel.boxes import without_scores
from labeling.kernel.errors import Conflict, Invalid, NotAllowed
from labeling.models import Audit, AuditPlan, Certificate, Label
from labeling.reports import figures
from labeling.review import monitoring, queue, verdicts
from tests.auditing import give, judge_all, round_of
from tests.factories import answer, box, join, work_all
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
    locked = AuditPlan.objects.get(round=round)

    assert round.state == "AUDITING"
    assert digests.digest(locked.content) == locked.content_digest
    assert locked.content["level"] == 0.08
    sizes = [one["size"] for one in locked.content["sets"]]
    assert sizes == sorted(sizes)
    assert sizes[-1] == Audit.objects.filter(round=round, blind=False).count()


def test_from_the_freeze_on_no_assignment_is_handed_out_on_a_locked_image(closing, alice):
    round = round_of(closing)
    locked = set(Audit.objects.filter(round=round).values_list("image", flat=True))

    while assignments := claims.claim_next(closing, alice).assignments:
        for assignment in assignments:
            assert assignment.image_id not in locked
            answer(assignment, alice)
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
    assert verification.verify(paper.document) == []
    checked = Audit.objects.filter(round=round, kind="certificate", blind=False).decided()
    for audit in checked:
        label = Label.objects.active().get(image=audit.image)
        assert label.source == "reviewer"
        assert label.boxes == without_scores(audit.predicted)
    named = paper.document["result"]["certified_images"]
    auto = Label.objects.active().auto().filter(round=round)
    # a blind check that came when the proof was complete gave its image the checker's boxes, too
    drawn = Label.objects.active().filter(source="reviewer", image__in=round.audits.values("image"))
    assert checked.count() <= drawn.count() <= checked.count() + 1
    assert auto.count() == named - drawn.count()
    assert auto.first().detail["certificate"] == paper.digest
    closing.refresh_from_db()
    assert closing.state == "complete"
    counts = figures.counts(closing)
    assert counts["human"] + counts["auto"] + counts["excluded"] == counts["images"]
    assert counts["certified"] == named


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
    assert first["image"] in monitoring.not_for_machine(round)  # in no later proof either
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
    held = next(a for a in queue.claim_next(closing, rita, count=40) if a.blind)
    Audit.objects.filter(reviewer=rita).update(lease_expires_at=gone)
    blind = next(a for a in queue.claim_next(closing, bob, count=40) if a == held)
    give(blind, bob, "corrected", [box()])
    Audit.objects.undecided().update(reviewer=None)
    shown = Audit.objects.get(round=blind.round, image=blind.image, blind=False)

    def may(who) -> bool:
        return shown in queue.claimable(closing, who, timezone.now())

    assert [may(who) for who in (rita, bob, eve)] == [False, False, True]
    # but it does not wait for someone who is not there
    members.remove(closing.members.get(user=eve), None)
    assert [may(who) for who in (rita, bob)] == [True, False]


def test_one_reviewer_alone_draws_blind_before_seeing_the_boxes(closing, rita, bob):
    members.remove(closing.members.get(user=bob), None)

    judge_all(closing, rita)

    for audit in Audit.objects.filter(round=round_of(closing), blind=True).decided():
        shown = Audit.objects.get(
            round=audit.round, image=audit.image, kind="certificate", blind=False
        )
        assert shown.decided_at is None or audit.decided_at <= shown.decided_at


def test_a_certificate_audit_takes_no_rejection(closing, rita):
    audit = next(a for a in queue.claim_next(closing, rita) if not a.blind)
    with pytest.raises(Invalid, match="takes one of"):
        verdicts.decide(audit, rita, verdict="rejected", reason="missed")


def test_a_correction_that_changes_nothing_is_an_approval(closing, rita):
    audit = next(a for a in queue.claim_next(closing, rita) if not a.blind)

    decided = verdicts.decide(
        audit, rita, verdict="corrected", boxes=without_scores(audit.predicted)
    )

    assert (decided.verdict, decided.value) == ("approved", 1.0)


def test_saying_a_verdict_again_changes_nothing_and_another_one_is_refused(closing, rita, bob):
    audit = next(a for a in queue.claim_next(closing, rita) if not a.blind)
    verdicts.decide(audit, rita, verdict="approved")

    assert verdicts.decide(audit, rita, verdict="approved").verdict == "approved"
    with pytest.raises(Conflict):
        verdicts.decide(audit, rita, verdict="unjudgeable")
    with pytest.raises(Conflict):
        verdicts.decide(audit, bob, verdict="approved")


def test_only_reviewers_check(closing, alice):
    with pytest.raises(NotAllowed):
        queue.claim_next(closing, alice)

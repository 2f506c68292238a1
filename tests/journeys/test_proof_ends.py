"""How a proof ends: checks that are added, a raised budget, verdicts that come too late."""

import json

import pytest

from labeling.certification import certificates, standing
from labeling.certification.core import verification
from labeling.kernel.errors import Invalid
from labeling.models import Audit, AuditPlan, Certificate, Label
from labeling.reports import snapshot
from labeling.review import queue, verdicts
from tests.auditing import give, prefix, round_of
from tests.factories import box, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_checks_that_speak_for_a_set_without_showing_it_earn_more(closing, rita, bob):
    """33 good draws of the 40 planned ones speak for the sets without showing them."""
    round = round_of(closing)

    def few_are_wrong(audit):
        if audit.blind:
            return "corrected", [box()]
        wrong = 3 <= audit.position < 10
        return ("corrected", [box(120, 80, 40)]) if wrong else ("approved", None)

    while held := queue.claim_next(closing, rita, count=1) or queue.claim_next(
        closing, bob, count=1
    ):
        verdict, boxes = few_are_wrong(held[0])
        give(held[0], held[0].reviewer, verdict, boxes)
        if len(prefix(round)) == 40:
            told = snapshot.of_job(closing)
            assert told["audit"]["sentence"].endswith("so 20 were added.")
            assert told["audit"]["budget"] == 60
            assert "checks, 20 more than planned." in told["certificate"]["sentence"]
            seen = Audit.objects.filter(round=round, blind=False).decided().count()
            drawn = 70 * float(closing.price_image) + (70 + seen) * float(closing.price_answer)
            assert told["cost"]["all_human"] == pytest.approx(drawn)
    run_steps(closing)

    paper = Certificate.objects.get(round=round).document
    assert paper["result"]["outcome"] == "certified"
    assert 40 < paper["result"]["audited"] <= 60
    assert AuditPlan.objects.get(round=round).budgets == [[0, 40]]  # it follows from the draws
    assert verification.verify(paper) == []
    without = {**paper, "locked": json.loads(json.dumps(paper["locked"]))}
    del without["locked"]["content"]["most_checks"]
    assert verification.verify(without) != []


@pytest.fixture
def late(closing, rita, bob):
    """The check that was in someone's hands when another one completed the proof."""
    while round_of(closing).state == "AUDITING":
        held = [a for who in (rita, bob) for a in queue.claim_next(closing, who)]
        held.sort(key=lambda a: (a.position, a.blind))
        first, *others = held
        given = ("corrected", [box()]) if first.blind else ("approved", None)
        give(first, first.reviewer, *given)
    return next(audit for audit in others if not audit.blind)


@pytest.mark.parametrize("accepted_before", [False, True])
def test_a_verdict_after_the_proof_does_not_count_and_its_boxes_hold(
    closing, late, accepted_before
):
    round, counted = round_of(closing), len(prefix(round_of(closing)))
    if accepted_before:
        run_steps(closing)
        assert Label.objects.active().get(image=late.image).source == "auto"

    verdicts.decide(late, late.reviewer, verdict="corrected", boxes=[box(30, 20)])
    run_steps(closing)

    label = Label.objects.active().get(image=late.image)
    assert (label.source, label.boxes) == ("reviewer", [box(30, 20)])
    paper = Certificate.objects.get(round=round)
    assert paper.document["result"]["audited"] == counted
    assert late.image.digest not in {d["image"] for d in paper.document["draws"]}
    assert len(prefix(round)) == counted


@pytest.mark.parametrize("accepted_before", [False, True])
def test_what_cannot_be_judged_after_the_proof_goes_to_people(
    closing, alice, late, accepted_before
):
    if accepted_before:
        run_steps(closing)
        work_all(closing, alice)
        run_steps(closing)
        closing.refresh_from_db()
        assert closing.state == "complete"

    verdicts.decide(late, late.reviewer, verdict="unjudgeable")
    run_steps(closing)

    assert not Label.objects.active().filter(image=late.image).exists()
    closing.refresh_from_db()
    assert closing.state == "running"
    open_round = closing.rounds.get(closed_at=None)
    assert open_round.assignments.filter(image=late.image, state="open").exists()


def test_raising_the_budget_continues_the_same_audit(closing, rita, mona):
    round = round_of(closing)
    before = standing.needed(round)

    certificates.raise_budget(round, before + 10, mona)

    assert AuditPlan.objects.get(round=round).budgets == [[0, before], [0, before + 10]]
    assert standing.needed(round) == before + 10
    with pytest.raises(Invalid, match="already"):
        certificates.raise_budget(round, 5, mona)

"""Blind checks that were drawn incompletely are made again, and who does so often is stopped."""

import copy
import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.certification import standing
from labeling.certification.core import document, verification
from labeling.jobs import members
from labeling.kernel import sampling
from labeling.kernel.errors import Conflict
from labeling.models import Audit, AuditPlan, Certificate, Event
from labeling.reports import job_report
from labeling.reports.wording import event_text
from labeling.review import drawings, queue, second_checks, undo, verdicts
from tests import papers
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import box, join
from tests.labeling.conftest import nearly_perfect
from tests.running import run_steps


@pytest.fixture
def closing(settings, alice, rita, bob):
    """A certified job at its audit; every check is blind."""
    yield from at_its_audit(
        settings, alice, (rita, bob), 120, training_size=10, audit_budget=20, blind_checks=True
    )


def draw(audit, who, boxes, *, adds=True):
    """A drawing, and the label's boxes that it lacks if it `adds` them."""
    drawings.store(audit, who, boxes)
    label = [{k: v for k, v in one.items() if k != "score"} for one in audit.predicted]
    lacks = [one for one in label if one in drawings.revealed(audit)]
    done = [*boxes, *lacks] if adds else boxes
    return verdicts.decide(audit, who, verdict="corrected", boxes=done)


def first(job, who) -> Audit:
    return queue.claim_next(job, who, count=1)[0]


def drawn_twice(job, *, yes: bool) -> None:
    """Give the plan a seed by which none of its checks, or the first three, are made twice."""
    placed = Audit.objects.filter(round=round_of(job), blind=False, position__isnull=False)
    rows = placed.order_by("position")
    keys = list(rows.values_list("image__digest", flat=True)[: 3 if yes else 40])
    seeds = (str(number) for number in itertools.count())
    seed = next(s for s in seeds if {sampling.checked_twice(key, s) for key in keys} == {yes})
    AuditPlan.objects.filter(round=round_of(job)).update(seed=seed)


def second_of(audit) -> Audit | None:
    return second_checks.second_of(audit).first()


def values(job) -> list[float]:
    return standing.standing(AuditPlan.objects.get(round=round_of(job))).values


@pytest.mark.django_db(transaction=True)
class TestMadeAgain:
    def test_someone_else_draws_it_again_and_that_counts(self, closing, rita, bob):
        audit = first(closing, rita)
        draw(audit, rita, [])
        second = second_of(audit)
        assert values(closing) == []  # the place waits
        assert second not in queue.claimable(closing, rita, timezone.now())
        taken = first(closing, bob)
        assert (taken.pk, taken.drawn) == (second.pk, None)
        draw(taken, bob, [box()])
        assert values(closing) == [pytest.approx(0.98, abs=0.03)]
        audit.refresh_from_db()
        assert (audit.drawn, len(audit.boxes)) == ([], 1)  # evidence
        for row, who in ((audit, rita), (taken, bob)):
            with pytest.raises(Conflict, match="counted already"):
                undo.undo(row, who)

    def test_complete_drawings_and_such_that_add_nothing_are_made_once(self, closing, rita):
        drawn_twice(closing, yes=False)
        for boxes, adds in (([box()], True), ([], False)):
            audit = first(closing, rita)
            draw(audit, rita, boxes, adds=adds)
            assert second_of(audit) is None
        assert len(values(closing)) == 2

    def test_when_nobody_else_is_there_the_first_counts_and_nothing_waits(self, closing, rita, bob):
        members.remove(closing.members.get(user=bob), None)
        audit = first(closing, rita)
        draw(audit, rita, [])
        assert second_of(audit) is None
        assert values(closing) == [1.0]  # one is forgiven
        draw(first(closing, rita), rita, [])
        assert values(closing) == [1.0, 0.0]
        judge_all(closing, rita)
        run_steps(closing)
        assert Certificate.objects.filter(round=round_of(closing)).exists()

    def test_when_the_others_leave_what_waits_for_them_is_dropped(self, closing, rita, bob):
        audit = first(closing, rita)
        draw(audit, rita, [])
        held = first(closing, bob)
        assert held.pk == second_of(audit).pk
        members.remove(closing.members.get(user=bob), None)
        assert second_of(audit) is None
        assert values(closing) == [1.0]
        join(closing, bob, "reviewer")
        assert second_of(audit) is None  # what was counted stays

    def test_what_somebody_has_in_hand_is_not_dropped(self, closing, rita, bob):
        audit = first(closing, rita)
        draw(audit, rita, [])
        held = first(closing, bob)
        assert second_checks.drop_impossible(round_of(closing)) == 0
        Audit.objects.filter(pk=held.pk).update(
            lease_expires_at=timezone.now() - timedelta(hours=1)
        )
        assert second_checks.drop_impossible(round_of(closing)) == 0
        assert draw(first(closing, bob), bob, [box()]).value > 0.9

    def test_what_nobody_came_for_in_a_week_is_dropped_unless_it_is_in_hand(
        self, closing, rita, bob
    ):
        audits = [first(closing, rita)]
        draw(audits[0], rita, [])
        audits.append(first(closing, rita))
        draw(audits[1], rita, [])
        held = first(closing, bob)
        assert held.pk == second_of(audits[0]).pk
        week_ago = timezone.now() - second_checks.PATIENCE

        Audit.objects.filter(reviewer=rita).update(decided_at=week_ago + timedelta(hours=1))
        assert second_checks.drop_impossible(round_of(closing)) == 0
        Audit.objects.filter(reviewer=rita).update(decided_at=week_ago)
        assert second_checks.drop_impossible(round_of(closing)) == 1
        assert second_of(audits[0]) == held
        assert second_of(audits[1]) is None
        told = Event.objects.get(job=closing, kind="second_checks_dropped")
        assert "1 checks are not made again" in event_text(told)

        draw(held, bob, [box()])
        assert values(closing) == [pytest.approx(0.98, abs=0.03), 0.0]  # to stay away gains nothing

    def test_an_undo_withdraws_the_second_check_until_somebody_has_begun_it(
        self, closing, rita, bob
    ):
        early = queue.claim_next(closing, bob, count=1)[0]  # open, so nothing is counted
        audit = first(closing, rita)
        draw(audit, rita, [])
        undo.undo(audit, rita)
        assert second_of(audit) is None
        draw(first(closing, rita), rita, [])
        mine = queue.claim_next(closing, bob, count=3)
        assert second_of(audit) in mine and early in mine
        with pytest.raises(Conflict, match="Someone else makes this check again"):
            undo.undo(audit, rita)

    def test_the_image_keeps_the_boxes_of_the_check_that_counts(self, closing, rita, bob):
        audit = first(closing, rita)
        draw(audit, rita, [])
        draw(first(closing, bob), bob, [box()])
        judge_all(closing, rita, bob)
        run_steps(closing)
        assert audit.image.labels.get(revoked_at=None).boxes == [box()]
        paper = Certificate.objects.get(round=round_of(closing)).document
        assert verification.verify(paper) == []
        draw_of = paper["draws"][0]
        assert (draw_of["checker"], draw_of["blind_checker"]) == (1, 2)
        assert draw_of["value"] == draw_of["blind_value"]


@pytest.mark.django_db(transaction=True)
class TestMeasured:
    def test_one_in_ten_is_drawn_by_someone_else_too_and_the_first_counts(self, closing, rita, bob):
        drawn_twice(closing, yes=True)
        audit = first(closing, rita)
        draw(audit, rita, [box()])
        second = first(closing, bob)
        assert second.pk == second_of(audit).pk
        before = values(closing)
        assert len(before) == 1
        draw(second, bob, [box(120)], adds=False)
        assert values(closing) == before
        undo.undo(second, bob)  # the test does not read it
        given_up = first(closing, rita)
        verdicts.decide(given_up, rita, verdict="unjudgeable")
        assert second_of(given_up) is None

    def test_no_proof_waits_for_it(self, closing, rita):
        drawn_twice(closing, yes=True)
        judge_all(closing, rita)
        assert Audit.objects.filter(round=round_of(closing), blind=True, verdict="").exists()
        run_steps(closing)
        paper = Certificate.objects.get(round=round_of(closing)).document
        assert paper["result"]["checked_twice"] is None

    def test_with_one_reviewer_nothing_is_made_twice(self, closing, rita, bob):
        members.remove(closing.members.get(user=bob), None)
        drawn_twice(closing, yes=True)
        audit = first(closing, rita)
        draw(audit, rita, [box()])
        assert second_of(audit) is None


@pytest.mark.django_db(transaction=True)
class TestStopped:
    def test_who_draws_nothing_gets_no_more_and_the_manager_is_told(
        self, closing, rita, bob, client
    ):
        for _ in range(4):
            draw(first(closing, rita), rita, [])
        assert queue.claim_next(closing, rita) == []
        assert closing.events.filter(kind="checker_stopped", data__checker=rita.pk).count() == 1
        client.force_login(rita)
        reply = client.post(
            f"/api/jobs/{closing.slug}/audits/claim", {"count": 1}, content_type="application/json"
        ).json()
        assert "You get no more checks of this proof" in reply["queue"]["message"]
        assert judge_all(closing, bob) > 4
        run_steps(closing)
        assert Certificate.objects.filter(round=round_of(closing)).exists()
        facts = dict(job_report.of_job(closing)["facts"])
        assert facts["Reviewers stopped, too little drawn"] == "rita"

    def test_where_all_are_stopped_all_go_on_and_nothing_of_theirs_counts(self, closing, rita, bob):
        done = 0
        while held := [(w, a) for w in (rita, bob) for a in queue.claim_next(closing, w, count=1)]:
            for who, audit in held:
                draw(audit, who, [])
                done += 1
        run_steps(closing)
        paper = Certificate.objects.get(round=round_of(closing))
        assert paper.outcome == "not_provable"
        assert verification.verify(paper.document) == []
        assert set(values(closing)[6:]) == {0.0}


def made_again() -> dict:
    """A blind certificate whose first check was drawn empty, and made again."""
    label = [{k: v for k, v in one.items() if k != "score"} for one in papers.PREDICTED]
    checked = itertools.count()

    def drawn(key: str, rank: int) -> dict:
        found = nearly_perfect(key, rank)
        if next(checked):
            return {**found, "drawn": found["boxes"]}
        draw = {"image": key, "size": [200, 150], "predicted": papers.PREDICTED}
        return {
            "value": found["value"],
            "drawn": [],
            "boxes": label,
            "blind_checker": 2,
            "blind_drawn": found["boxes"],
            "blind_boxes": found["boxes"],
            "blind_missed_honeypot": papers.refused_honeypot(draw, found["boxes"]),
            "blind_value": found["value"],
        }

    return papers.make(papers.content(drawn_blind=True), drawn)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda one: one.update(value=1.0), "Draw 1: its value"),
        (lambda one: one.update(blind_checker=1), "Draw 1: its second check was not made by some"),
        (lambda one: one.update(blind_checker=None), "Draw 1: its second check was not made"),
        (lambda one: one.update(blind_checker=4), "Draw 1: its checker is not numbered"),
        (lambda one: one.update(blind_value=0.3), "Draw 1: its blind_value"),
        (lambda one: one.update(blind_drawn=None), "Draw 1: its blind_boxes lack the drawing"),
    ],
)
def test_forged_second_checks_are_noticed(change, fault):
    good = made_again()
    assert verification.verify(good) == []
    assert good["result"]["anchoring"] is None
    draws = copy.deepcopy(good["draws"])
    change(draws[0])
    said = verification.verify(document.build(good["about"], good["locked"], draws, papers.KEY))
    assert any(fault in one for one in said)

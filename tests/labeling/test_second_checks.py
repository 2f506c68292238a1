"""Blind checks that were drawn incompletely are made again, and who does so often is stopped."""

import copy
import itertools
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from labeling.certification import standing
from labeling.certification.core import checked_twice, counted, document, verification
from labeling.certification.core.counted import Check, Record
from labeling.jobs import members
from labeling.kernel import sampling
from labeling.kernel.errors import Conflict
from labeling.models import Audit, AuditPlan, Certificate
from labeling.review import drawings, queue, second_checks, undo, verdicts
from tests import papers
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import box, join
from tests.labeling.conftest import nearly_perfect
from tests.running import run_steps


def check(found=3, added=0, checker=1, value=1.0, drawn_value=0.2, missed=None) -> Check:
    return Check(checker, value, drawn_value, found, added, missed)


EMPTY = check(0, 2)
CHECKS = st.builds(
    lambda checker, found, added, missed, pair: check(
        found, added, checker, max(pair), min(pair), missed
    ),
    st.integers(1, 2),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([None, False, True]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
PLACES = st.lists(st.tuples(CHECKS, st.none() | CHECKS), max_size=30)


class TestValues:
    @pytest.mark.parametrize(
        ("found", "added", "incomplete"), [(1, 1, False), (0, 1, True), (2, 3, True), (0, 0, False)]
    )
    def test_incomplete_is_a_drawing_of_less_than_half(self, found, added, incomplete):
        assert check(found, added).is_incomplete == incomplete

    def test_of_boxes_it_counts_what_the_drawing_matches_and_what_was_added(self):
        label, drawn = [box(10), box(100)], [box(12), box(60, 60)]
        one = Check.of("quality", 1, label, drawn, [*drawn, box(100)], False)
        assert (one.found, one.added) == (1, 1)
        assert one.drawn_value < one.value < 1
        assert Check.of("quality", 1, label, drawn, None) == Check(1, 0.0, 0.0)
        shown = Check.of("quality", 1, label, None, label)
        assert (shown.value, shown.drawn_value, shown.is_incomplete) == (1.0, 1.0, False)

    def test_the_second_check_counts_where_the_first_was_incomplete_and_only_there(self):
        second = check(checker=2, value=0.7, drawn_value=0.7)
        assert counted.values([(EMPTY, second), (check(), second)]) == [0.7, 1.0]

    def test_after_two_incomplete_drawings_the_second_counts_as_drawn_if_that_is_usual(self):
        again = check(0, 2, checker=2, drawn_value=0.1)
        assert counted.values([(EMPTY, again)] * 3) == [1.0, 0.1, 0.1]

    def test_who_is_alone_is_forgiven_one_in_twenty(self):
        alone = [(EMPTY, None)] + [(check(), None)] * 20 + [(EMPTY, None)] * 2
        assert counted.values(alone)[-2:] == [1.0, 0.2]

    def test_who_adds_most_is_found_out_and_adds_nothing_any_more(self):
        record = Record()
        for _ in range(4):
            assert not record.draws_too_little
            record.add(EMPTY)
        assert record.draws_too_little
        blank = Check(1, 1.0, 1.0)  # nothing drawn, and the label is empty, too
        assert counted.values([(EMPTY, None)] * 3 + [(blank, None)])[-1] == 1.0
        assert counted.values([(EMPTY, None)] * 4 + [(blank, None)])[-1] == 0.0

    def test_honest_people_who_see_85_of_100_objects_are_stopped_in_at_most_one_of_100(self):
        """Images of one object each: the hardest case."""
        rng = np.random.default_rng(3)
        stopped = 0
        for _ in range(1000):
            record = Record()
            for missed in rng.random(150) > 0.85:
                record.add(check(0, 1) if missed else check(1, 0))
            stopped += record.draws_too_little
        assert stopped <= 10

    @given(PLACES)
    def test_what_checkers_do_never_raises_a_value_above_the_check_that_counts(self, places):
        for value, (first, second) in zip(counted.values(places), places, strict=True):
            made = second if first.is_incomplete and second else first
            assert value in (made.value, made.drawn_value, 0.0)
            assert value <= made.value

    @given(PLACES)
    def test_later_checks_change_no_value(self, places):
        values = counted.values(places)
        for n in range(len(places)):
            assert counted.values(places[:n]) == values[:n]


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


def twice(rng, images: int, people: float, hidden: float = 0.0):
    """Draws that two people made of four objects, each seen with chance `people`, a share `hidden`
    by nobody; the label has every other one."""
    draws, objects = [], [box(50 * i, 0, 40) for i in range(4)]
    for i in range(images):
        there = [one for one in objects if rng.random() >= hidden]
        drawn, again = ([one for one in there if rng.random() < people] for _ in range(2))
        added = [one for one in there[::2] if one not in drawn]
        draws.append(
            {
                "image": f"{i:064x}",
                "drawn": drawn,
                "boxes": drawn + added,
                "blind_drawn": again,
                "blind_boxes": again,
            }
        )
    return draws


class TestMeasure:
    def test_it_tells_how_two_people_agree_and_what_both_and_the_label_miss(self):
        draws = twice(np.random.default_rng(4), 20_000, 0.8)
        found = checked_twice.measure(draws, "s")
        assert 1_800 < found["images"] < 2_200
        assert found["sensitivity"] == pytest.approx(0.8, abs=0.02)
        assert found["agreement"] == pytest.approx(0.64 / 0.96, abs=0.02)
        assert found["unseen"] == pytest.approx(0.1, abs=0.02)  # .2 of the half without a label

    def test_what_nobody_can_see_it_cannot_tell(self):
        draws = twice(np.random.default_rng(5), 20_000, 1.0, 0.3)
        assert checked_twice.measure(draws, "s")["unseen"] == 0.0

    def test_of_few_images_it_tells_nothing(self):
        assert checked_twice.measure(twice(np.random.default_rng(6), 30, 0.8), "s") is None


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

"""Honeypots of blind checks: where they lie, what they do to values, and how the file shows it."""

import copy
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.certification import standing
from labeling.certification.core import counted, document, honeypots, verification
from labeling.certification.core.blind_drawing import asked_about, unmatched
from labeling.certification.core.counted import Check
from labeling.kernel.boxes import iou_matrix, pack
from labeling.models import Audit, AuditPlan
from labeling.review import drawings, queue, undo, verdicts
from tests import papers
from tests.auditing import at_its_audit, prefix, round_of
from tests.factories import box

SIZE = (200, 150)
OTHER = box(120)
SIX = [{"class_id": 0, "x1": x, "y1": 0.0, "x2": x + 20, "y2": 20.0} for x in range(0, 180, 30)]
LABEL, DRAWN = [box(10), {**box(120), "class_id": 3}], [box(12)]


def wrong_boxes(label, drawn, size=SIZE, images=200):
    return [honeypots.wrong_box("seed", f"{i:064x}", size, label, drawn) for i in range(images)]


class TestPlace:
    def test_half_of_the_images_have_one_and_it_overlaps_next_to_nothing(self):
        found = wrong_boxes(LABEL, DRAWN)
        wrong = [one for one in found if one]
        assert 70 < len(wrong) < 130
        assert iou_matrix(pack(wrong).coords, pack(LABEL + DRAWN).coords).max() < 0.05
        assert {one["class_id"] for one in wrong} == {0, 3}
        assert all(0 <= b["x1"] < b["x2"] <= 200 and 0 <= b["y1"] < b["y2"] <= 150 for b in wrong)
        assert found == wrong_boxes(LABEL, DRAWN)
        assert wrong != [one for one in wrong_boxes(LABEL, [box(60)]) if one]

    def test_there_is_none_without_a_box_to_be_modelled_on_or_without_a_place(self):
        assert not any(wrong_boxes([], []))
        assert not any(wrong_boxes([{"class_id": 0, "x1": 0, "y1": 0, "x2": 200, "y2": 150}], []))
        assert any(wrong_boxes([], DRAWN)) and any(wrong_boxes(LABEL, []))

    def test_its_place_among_the_boxes_that_are_asked_about_tells_nothing(self):
        wrong = box(50, 50)
        asked = asked_about([box(10), box(50), box(100, 100)], [], wrong)
        assert asked == [box(10), box(50), wrong, box(100, 100)]
        assert asked_about(LABEL, DRAWN, None) == unmatched(LABEL, DRAWN)


def check(missed=None, checker=1, value=1.0, drawn_value=0.4) -> Check:
    return Check(checker, value, drawn_value, found=1, missed_honeypot=missed)


def values_of(checks) -> list[float]:
    return counted.values((one, None) for one in checks)


CHECKS = st.lists(
    st.builds(
        lambda missed, checker, pair: check(missed, checker, max(pair), min(pair)),
        st.sampled_from([None, False, True]),
        st.integers(1, 3),
        st.tuples(st.floats(0, 1), st.floats(0, 1)),
    ),
    max_size=40,
)


class TestValues:
    def test_who_misses_a_honeypot_adds_nothing_in_this_check(self):
        checks = [check(False), check(True), check(False), check()]
        assert values_of(checks) == [1.0, 0.4, 1.0, 1.0]

    def test_who_misses_often_adds_nothing_any_more_and_others_do(self):
        checks = [check(True), check(True), check(), check(False), check(checker=2)]
        assert values_of(checks) == [0.4, 0.4, 0.4, 0.4, 1.0]

    def test_seldom_misses_are_forgiven(self):
        seldom = [check(True)] + [check(False)] * 9 + [check(True)] + [check()]
        assert values_of(seldom)[-1] == 1.0  # 2 of 11

    @given(CHECKS)
    def test_what_checkers_do_never_raises_a_value(self, checks):
        values = values_of(checks)
        assert all(v <= c.value for v, c in zip(values, checks, strict=True))
        # a honeypot missed instead of seen lowers values or leaves them
        for i, one in enumerate(checks):
            if one.missed_honeypot is False:
                worse = [*checks[:i], check(True, one.checker, one.value, one.drawn_value)]
                after = values_of([*worse, *checks[i + 1 :]])
                assert all(b <= a for a, b in zip(values, after, strict=True))

    @given(CHECKS)
    def test_later_checks_change_no_value(self, checks):
        values = values_of(checks)
        for n in range(len(checks)):
            assert values_of(checks[:n]) == values[:n]


@pytest.fixture
def closing(settings, alice, rita, bob):
    """A certified job at its audit; every check is blind, every label has two boxes."""
    for job in at_its_audit(
        settings, alice, (rita, bob), 120, training_size=10, audit_budget=20, blind_checks=True
    ):
        Audit.objects.filter(round=round_of(job)).update(predicted=[box(), OTHER])
        yield job


def checks_of(job, who):
    """This person's checks, one after the other, one box of each drawn, with what it asks about."""
    while held := queue.claim_next(job, who, count=1):
        audit = held[0]
        yield audit, drawings.store(audit, who, [box()])


def decide(audit, who, boxes):
    return verdicts.decide(audit, who, verdict="corrected", boxes=boxes)


@pytest.mark.django_db(transaction=True)
class TestChecks:
    def test_a_missed_honeypot_is_kept_apart_and_the_check_counts_as_drawn(self, closing, rita):
        for audit, asked in itertools.islice(checks_of(closing, rita), 8):
            done = decide(audit, rita, [box(), *asked])
            assert done.boxes == [box(), OTHER]
            assert done.missed_honeypot == (True if len(asked) == 2 else None)
            assert (done.value, done.drawn_value) == (1.0, 0.5)
            assert decide(audit, rita, [box(), *asked]).pk == done.pk  # a reply that was lost
        missed = [a.missed_honeypot for a in prefix(round_of(closing))]
        assert 2 <= missed.count(True) < 8
        now = standing.standing(AuditPlan.objects.get(round=round_of(closing)))
        second = [i for i, one in enumerate(missed) if one][1]
        # 0 once honest work is ruled out: half of the boxes were added, not drawn
        assert set(now.values[second:]) <= {0.5, 0.0}
        assert now.values[:second] == [0.5 if one else 1.0 for one in missed[:second]]

    def test_where_checkers_see_the_label_nothing_is_added(self, closing, rita):
        audit = next(a for a, asked in checks_of(closing, rita) if len(asked) == 2)
        audit.kind = Audit.Kind.MONITORING
        assert len(drawings.revealed(audit)) == 1

    def test_an_undo_takes_the_answer_back(self, closing, rita, bob):
        queue.claim_next(closing, bob, count=1)  # an earlier one is open, so nothing was counted
        for audit, asked in checks_of(closing, rita):
            decide(audit, rita, [box(), *asked])
            if len(asked) == 2:
                break
        undo.undo(audit, rita)
        assert (audit.missed_honeypot, audit.drawn_value, audit.drawn) == (None, None, [box()])
        assert decide(audit, rita, [box(), OTHER]).missed_honeypot is False


def blind() -> dict:
    """A certificate of which every check is blind; one of six boxes was overlooked and added."""
    found = {"predicted": SIX, "drawn": SIX[:5], "boxes": SIX, "value": 1.0}
    content = papers.content(drawn_blind=True, predicted=SIX)
    return papers.make(content, lambda key, rank: dict(found))


def faults(paper, change) -> list[str]:
    draws = copy.deepcopy(paper["draws"])
    change(draws)
    return verification.verify(document.build(paper["about"], paper["locked"], draws, papers.KEY))


def asked(draws):
    return [draw for draw in draws if draw["missed_honeypot"] is not None]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: asked(d)[0].update(missed_honeypot=True), "checker's answers so far"),
        (lambda d: asked(d)[0].update(missed_honeypot=None), "lacks the answer"),
        (
            lambda d: next(x for x in d if x["missed_honeypot"] is None).update(
                missed_honeypot=False
            ),
            "that it did not have",
        ),
        (lambda d: d[1].update(checker=3), "Draw 2: its checker is not numbered"),
        (lambda d: d[0].update(value=0.0), "Draw 1: its value"),
    ],
)
def test_forged_honeypots_and_values_against_the_rule_are_noticed(change, fault):
    assert faults(blind(), lambda draws: None) == []
    assert any(fault in said for said in faults(blind(), change))


def test_a_file_in_which_additions_did_not_count_holds():
    def yes_to_all(draws):
        for draw in asked(draws):
            draw["missed_honeypot"] = True
        second = draws.index(asked(draws)[1])
        for i, draw in enumerate(draws):
            draw["value"] = 1.0 if i < second and draw["missed_honeypot"] is None else 5 / 6

    assert faults(blind(), yes_to_all) == []

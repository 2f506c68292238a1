"""A blind check's drawing is stored before its label is revealed, and the verdict keeps to both."""

import copy
import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.assignments import held
from labeling.certification.core import blind_drawing, document, verification
from labeling.jobs import members
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Audit
from labeling.review import drawings, queue, undo, verdicts
from tests import papers
from tests.auditing import at_its_audit, round_of
from tests.factories import box, join
from tests.labeling.conftest import nearly_perfect

LABEL = [{"class_id": 0, "x1": 11.0, "y1": 10.0, "x2": 60.0, "y2": 60.0}]
ELSEWHERE = [box(120)]


@pytest.fixture
def closing(settings, alice, rita, bob):
    """A certified job at its audit; every check is blind, every label the one above."""
    yield from at_its_audit(
        settings, alice, (rita, bob), 120, training_size=10, audit_budget=20, blind_checks=True
    )


def first(job, who) -> Audit:
    return queue.claim_next(job, who, count=1)[0]


def lease_ends(audit: Audit) -> None:
    Audit.objects.filter(pk=audit.pk).update(lease_expires_at=timezone.now() - timedelta(hours=1))


def decide(audit, who, boxes):
    return verdicts.decide(audit, who, verdict="corrected", boxes=boxes)


class TestMatching:
    def test_only_boxes_that_no_drawn_one_of_their_class_matches_are_revealed(self):
        label = [box(10), box(100), {**box(150), "class_id": 1}]
        assert blind_drawing.unmatched(label, [box(12), box(150)]) == label[1:]
        assert blind_drawing.unmatched(label, label) == []

    def test_a_near_miss_is_revealed_and_everything_where_nothing_was_drawn(self):
        assert blind_drawing.unmatched([box(10)], [box(40)]) == [box(10)]
        assert blind_drawing.unmatched([box(10), box(100)], []) == [box(10), box(100)]
        assert blind_drawing.unmatched([], [box(1)]) == []

    def test_what_is_revealed_tells_no_score_and_not_their_order(self):
        label = [{**box(100), "score": 0.9}, {**box(10), "score": 0.8}]
        assert blind_drawing.unmatched(label, []) == [box(10), box(100)]

    def test_the_drawing_stays_and_only_what_was_revealed_is_added(self):
        drawn, revealed = [box(10), box(10)], [box(100), box(120)]
        rounded = [{**one, "x2": one["x2"] + 0.05} for one in (box(120), box(10), box(10))]
        assert blind_drawing.added(rounded, drawn, revealed) == [box(120)]
        assert blind_drawing.added([], [], []) == []
        with pytest.raises(Invalid, match="Box 2 of the stored drawing"):
            blind_drawing.added([box(10), box(100)], drawn, revealed)
        with pytest.raises(Invalid, match="neither drawn nor revealed") as told:
            blind_drawing.added([box(10), box(10), box(101)], drawn, revealed)
        assert told.value.where == "boxes[2]"
        with pytest.raises(Invalid, match="neither drawn nor revealed"):
            blind_drawing.added([*drawn, {**box(100), "class_id": 1}], drawn, revealed)


@pytest.mark.django_db(transaction=True)
class TestStored:
    def test_twice_the_same_reveals_the_same_and_another_drawing_is_refused(self, closing, rita):
        audit = first(closing, rita)
        revealed = drawings.store(audit, rita, ELSEWHERE)
        assert LABEL[0] in revealed
        assert drawings.store(audit, rita, ELSEWHERE) == revealed
        with pytest.raises(Conflict, match="another drawing of this check"):
            drawings.store(audit, rita, [box()])
        audit.refresh_from_db()
        assert audit.drawn == ELSEWHERE
        decide(audit, rita, ELSEWHERE)
        assert drawings.store(audit, rita, ELSEWHERE) == revealed  # a reply that was lost

    def test_only_who_holds_a_blind_check_draws_it(self, closing, rita, bob):
        audit = first(closing, rita)
        with pytest.raises(Conflict, match="decided or reassigned"):
            drawings.store(audit, bob, [box()])
        verdicts.decide(audit, rita, verdict="unjudgeable")
        with pytest.raises(Conflict, match="decided or reassigned"):
            drawings.store(audit, rita, [box()])
        with pytest.raises(Invalid, match="no area"):
            drawings.store(first(closing, rita), rita, [{**box(), "x2": 0}])

    def test_where_the_label_is_shown_nothing_is_drawn_first(self, closing, rita):
        audit = first(closing, rita)
        audit.kind = "monitoring"
        with pytest.raises(Invalid, match="only blind checks"):
            drawings.store(audit, rita, [box()])

    def test_a_verdict_keeps_the_drawing_and_adds_what_it_revealed(self, closing, rita):
        audit = first(closing, rita)
        with pytest.raises(Invalid, match="send your drawing first"):
            decide(audit, rita, [box()])
        drawings.store(audit, rita, ELSEWHERE)
        for boxes, told in (
            (LABEL, "Box 1 of the stored drawing"),
            ([*ELSEWHERE, box(50)], "neither drawn nor revealed"),
        ):
            with pytest.raises(Invalid, match=told):
                decide(audit, rita, boxes)
        decide(audit, rita, [*LABEL, *ELSEWHERE])
        audit.refresh_from_db()
        assert audit.boxes == [*ELSEWHERE, *LABEL]

    def test_after_an_undo_the_drawing_is_still_the_same(self, closing, rita, bob):
        queue.claim_next(closing, bob, count=1)  # an earlier one is open, so nothing was counted
        audit = first(closing, rita)
        drawings.store(audit, rita, ELSEWHERE)
        decide(audit, rita, ELSEWHERE)
        undo.undo(audit, rita)
        assert (audit.verdict, audit.drawn) == ("", ELSEWHERE)
        with pytest.raises(Conflict, match="another drawing"):
            drawings.store(audit, rita, LABEL)
        assert decide(audit, rita, [*ELSEWHERE, *LABEL]).boxes == [*ELSEWHERE, *LABEL]


@pytest.mark.django_db(transaction=True)
class TestHandedOn:
    def test_a_page_that_is_left_keeps_what_was_drawn_and_its_drawer_goes_on(self, closing, rita):
        audit = first(closing, rita)
        drawings.store(audit, rita, ELSEWHERE, page="one")
        assert held.give_back_checks(closing, rita, "one", [audit.pk]) == 0
        lease_ends(audit)
        again = first(closing, rita)
        assert (again.pk, again.drawn) == (audit.pk, ELSEWHERE)
        decide(again, rita, ELSEWHERE)

    def test_when_the_lease_ran_out_another_one_draws_anew_and_the_first_never_again(
        self, closing, rita, bob
    ):
        audit = first(closing, rita)
        drawings.store(audit, rita, ELSEWHERE)
        lease_ends(audit)
        taken = first(closing, bob)
        assert (taken.pk, taken.drawn) == (audit.pk, None)
        with pytest.raises(Conflict, match="reassigned"):
            decide(audit, rita, ELSEWHERE)
        with pytest.raises(Conflict, match="reassigned"):
            drawings.store(audit, rita, ELSEWHERE)
        with pytest.raises(Invalid, match="send your drawing first"):
            decide(taken, bob, ELSEWHERE)

        held.free_checks(closing, bob)
        assert first(closing, rita).pk != audit.pk
        assert audit not in queue.claimable(closing, rita, timezone.now())
        assert audit in queue.claimable(closing, bob, timezone.now())  # has seen nothing yet
        assert [queue.left_to_others(closing, who) for who in (rita, bob)] == [True, False]

    def test_released_after_the_reveal_it_is_free_for_others_and_not_drawn_again(
        self, closing, rita, bob, eve, mona
    ):
        join(closing, eve, "reviewer")
        audit = first(closing, rita)
        drawings.store(audit, rita, ELSEWHERE)
        assert held.release(closing, rita, mona) == 1
        assert held.holders(closing, round_of(closing)) == []
        taken = first(closing, bob)
        assert (taken.pk, taken.drawn) == (audit.pk, None)
        drawings.store(taken, bob, LABEL)
        members.remove(closing.members.get(user=bob), None)
        join(closing, bob, "reviewer")
        assert first(closing, bob).drawn == LABEL  # nobody else took it: he goes on
        lease_ends(audit)
        assert first(closing, eve).pk == audit.pk


def forged(change) -> list[str]:
    """What a certificate's check says of one whose third draw was changed."""
    checked = itertools.count()

    def drawn(key: str, rank: int) -> dict:
        found = nearly_perfect(key, rank)
        draw = {**found, "drawn": found["boxes"]}
        if next(checked) == 2:
            change(draw)
        return draw

    return verification.verify(papers.make(papers.content(drawn_blind=True), drawn))


def test_a_blind_certificate_holds_drawings_and_what_they_revealed():
    assert forged(lambda draw: None) == []
    # one object overlooked, and taken over as the label has it
    taken = [{k: v for k, v in b.items() if k != "score"} for b in papers.PREDICTED]
    assert forged(lambda draw: draw.update(drawn=[], boxes=taken, value=1.0)) == []
    given_up = {"boxes": None, "value": 0.0, "verdict": "unjudgeable"}
    assert forged(lambda draw: draw.update(drawn=None, **given_up)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda draw: draw.update(drawn=None), "Draw 3: its boxes lack the drawing"),
        (lambda draw: draw.update(drawn=[box(120)]), "Draw 3: its boxes are not its drawing"),
        (lambda draw: draw.update(drawn=[]), "Draw 3: its boxes are not its drawing"),
        (
            lambda draw: draw.update(
                blind_boxes=draw["boxes"], blind_value=draw["value"], blind_checker=2
            ),
            "Draw 3: its blind_boxes lack the drawing",
        ),
    ],
)
def test_a_forged_drawing_is_noticed(change, fault):
    assert any(fault in said for said in forged(change))


def test_a_drawing_where_checkers_saw_the_label_is_noticed(paper):
    draws = copy.deepcopy(paper["draws"])
    draws[0]["drawn"] = draws[0]["boxes"]
    faults = verification.verify(document.build(paper["about"], paper["locked"], draws, papers.KEY))
    assert faults == ["Draw 1: its checker saw the label, so there is no drawing before it."]

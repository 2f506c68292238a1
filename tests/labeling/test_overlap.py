"""How many people an image takes: a third where two differ; verified until one agrees."""

import pytest
from django.db import connection

from labeling.assignments import claims, held, overlap
from labeling.assignments.answers import submit
from labeling.assignments.skips import skip
from labeling.consolidation import labels
from labeling.consolidation.core import grouping
from labeling.consolidation.core.grouping import Answers
from labeling.jobs import members
from labeling.kernel.boxes import pack
from labeling.models import Assignment, Label, RoundSettings
from labeling.rounds import lifecycle
from tests import factories
from tests.factories import answer, box
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("alice", "bob", "carl", "dora")


@pytest.fixture
def people(db):
    """Four annotators."""
    return {name: factories.person(name) for name in PEOPLE}


@pytest.fixture
def make(people, mona):
    """A started people-only job whose round is not blind if `verify`."""

    def make(mode: str, images: int = 4, **fields):
        fields = {"annotators_per_image": 3, "pilot_size": 1, "batch_size": images, **fields}
        job = factories.make_job(assist=False, mode=mode, **fields)
        for user in people.values():
            factories.join(job, user, "annotator")
        factories.join(job, mona, "manager")
        factories.make_images(job, images + 1)
        lifecycle.start(job, mona)
        run_steps(job)
        while job.rounds.filter(purpose="pilot", closed_at=None).exists():
            factories.work_all(job, *people.values())
            run_steps(job)
        return job

    return make


def assignments_of(job, image):
    return list(
        Assignment.objects.filter(round__job=job, round__purpose="active", image=image)
        .order_by("slot", "pk")
        .values_list("slot", "state")
    )


def take(job, user):
    """The person's first assignment of the active round."""
    return claims.claim_next(job, user, count=1).assignments[0]


def test_two_who_agree_are_enough(make, people):
    job = make("adaptive")
    hers = take(job, people["alice"])
    his = take(job, people["bob"])
    assert hers.image_id == his.image_id

    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], [box(11)])

    assert assignments_of(job, hers.image_id) == [(1, "submitted"), (2, "submitted")]


@pytest.mark.parametrize("second", [[], [box(10), box(100)], [box(100)]])
def test_a_third_is_asked_where_two_differ(make, people, second):
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], second)

    assert assignments_of(job, hers.image_id)[-1] == (3, "open")
    third = take(job, people["carl"])
    assert (third.image_id, third.slot, third.suggested) == (hers.image_id, 3, None)
    answer(third, people["carl"], [box(10)])
    assert len(assignments_of(job, hers.image_id)) == 3, "three are the most"


def test_a_round_waits_for_the_third_and_consolidates_all(make, people):
    job = make("adaptive", images=1)
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], [])
    round = job.rounds.get(purpose="active")
    assert round.state == "COLLECTING"
    answer(take(job, people["dora"]), people["dora"], [box(10)])
    run_steps(job)

    label = Label.objects.active().get(image=hers.image_id)
    assert label.boxes == [box(10)]
    assert label.detail["votes"] == [2]


def test_a_changed_answer_may_ask_for_a_third(make, people):
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], [box(10)])
    answer(his, people["bob"], [], version=2)

    assert assignments_of(job, hers.image_id)[-1] == (3, "open")


@pytest.mark.parametrize(
    "adjudicate",
    [
        lambda image, by: labels.correct(image, [box(50)], by),
        lambda image, by: labels.exclude(image, "manager", by),
    ],
    ids=["correct", "exclude"],
)
def test_what_a_reviewer_has_resolved_is_handed_to_nobody(make, people, mona, adjudicate):
    """Neither as a further assignment of answers that differ, nor in place of one given up."""
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    adjudicate(hers.image, mona)
    answer(his, people["bob"], [])
    assert assignments_of(job, hers.image_id) == [(1, "submitted"), (2, "submitted")]

    held = take(job, people["carl"])
    adjudicate(held.image, mona)
    members.remove(job.members.get(user=people["carl"], role="annotator"), mona)
    assert (held.slot, "open") not in assignments_of(job, held.image_id)


def test_verify_shows_each_the_boxes_before_until_one_changes_nothing(make, people):
    job = make("verify")
    first = take(job, people["alice"])
    assert (first.slot, first.suggested, first.verify) == (1, None, False)
    answer(first, people["alice"], [box(10)])

    second = take(job, people["bob"])
    assert (second.image_id, second.slot, second.verify) == (first.image_id, 2, True)
    assert second.suggested == [box(10)]
    answer(second, people["bob"], [box(12)])

    third = take(job, people["carl"])
    assert third.suggested == [box(12)]
    answer(third, people["carl"], [box(12)])
    assert [state for _, state in assignments_of(job, first.image_id)] == ["submitted"] * 3


def test_one_who_confirms_ends_the_chain_and_the_last_answer_holds(make, people):
    job = make("verify", images=1)
    first = take(job, people["alice"])
    answer(first, people["alice"], [box(10), box(80)])
    answer(take(job, people["bob"]), people["bob"], [box(10), box(80)])
    run_steps(job)

    label = Label.objects.active().get(image=first.image_id)
    assert label.boxes == [box(10), box(80)]
    assert (label.detail["method"], label.detail["votes"]) == ("verified", [2, 2])
    assert label.detail["risk"] == 0


def test_at_the_most_people_the_last_answer_holds_and_says_what_is_open(make, people):
    job = make("verify", images=1)
    for i, name in enumerate(("alice", "bob", "carl")):
        assignment = take(job, people[name])
        answer(assignment, people[name], [box(10 + 3 * i)])
    run_steps(job)

    label = Label.objects.active().get(image=assignment.image_id)
    assert label.boxes == [box(16)]
    assert label.detail["risk"] == 2, "one box gone, one new"


def test_a_changed_answer_reaches_whoever_has_not_begun_to_verify_it(make, people):
    job = make("verify")
    first = take(job, people["alice"])
    answer(first, people["alice"], [box(10)])
    answer(first, people["alice"], [box(20)], version=2)

    assert take(job, people["bob"]).suggested == [box(20)]


def test_boxes_to_verify_stay_with_the_assignment_whoever_holds_it(make, people, mona):
    job = make("verify")
    first = take(job, people["alice"])
    answer(first, people["alice"], [box(10)])

    his = take(job, people["bob"])
    held.give_back(job, people["bob"], "", [his.pk])
    again = take(job, people["bob"])
    assert again.suggested == [box(10)]
    skip(again, people["bob"], "other")
    third = take(job, people["carl"])
    assert (third.image_id, third.slot, third.suggested) == (first.image_id, 2, [box(10)])
    members.remove(job.members.get(user=people["carl"]), mona)
    fourth = take(job, people["dora"])
    assert (fourth.image_id, fourth.suggested, fourth.verify) == (first.image_id, [box(10)], True)


def test_the_pilot_of_a_verify_job_is_drawn_blind(people, mona):
    job = factories.make_job(assist=False, mode="verify", annotators_per_image=3, pilot_size=2)
    for user in people.values():
        factories.join(job, user, "annotator")
    factories.make_images(job, 4)
    lifecycle.start(job, mona)
    run_steps(job)
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    assert his.image_id == hers.image_id
    assert his.suggested is None


def test_rounds_of_an_adaptive_job_end_when_people_leave(make, people, mona):
    job = make("adaptive", images=1)
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], [])
    for name in ("carl", "dora"):
        members.remove(job.members.get(user=people[name]), mona)
    run_steps(job)

    job.refresh_from_db()
    assert job.state == "complete"
    assert Label.objects.active().filter(image=hers.image_id).exists()


def test_a_late_answer_may_open_a_further_assignment(make, people):
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    Assignment.objects.filter(pk=his.pk).update(state="expired")
    his.refresh_from_db()
    submit(his, people["bob"], version=1, boxes=[], active_ms=1)

    assert assignments_of(job, hers.image_id) == [(1, "submitted"), (2, "submitted"), (3, "open")]


def test_verified_counts_who_kept_each_box():
    sets = ([box(0), box(60)], [box(0)], [box(0), box(90)])
    merged = grouping.verified(Answers(1, (1, 2, 3), tuple(pack(s) for s in sets)))
    assert merged.votes == (3, 1)
    assert merged.risk == 1


def test_settings_of_a_running_round_decide_not_the_job(make, people):
    job = make("adaptive")
    job.mode = "independent"
    job.save()
    assert len(assignments_of(job, take(job, people["alice"]).image_id)) == 2
    assert RoundSettings.of_job(job).mode == "independent"


@pytest.fixture
def judgements(monkeypatch):
    """What a job that judges answers does meanwhile; each is noted."""
    seen: list[int] = []
    judge = overlap.Judged.judge

    def watched(self, answered):
        assert not connection.in_atomic_block  # it may take a second, and others must write
        seen.append(len(answered))
        judge(self, answered)

    monkeypatch.setattr(overlap.Judged, "judge", watched)
    return seen


def test_nothing_is_locked_while_answers_are_judged(make, people, judgements):
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    judgements.clear()  # those of the pilot
    many = [box(10 + k % 7) for k in range(300)]
    answer(hers, people["alice"], many)
    answer(his, people["bob"], many[:-9])

    assert judgements == [2]
    assert assignments_of(job, hers.image_id)[-1] == (3, "open")  # nine objects differ


def test_an_answer_that_changes_while_it_is_judged_is_judged_again(
    make, people, monkeypatch, judgements
):
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    judge = overlap.Judged.judge

    def overtaken(self, answered):
        monkeypatch.setattr(overlap.Judged, "judge", judge)
        judge(self, answered)
        answer(hers, people["alice"], [box(10), box(100)], version=2)

    monkeypatch.setattr(overlap.Judged, "judge", overtaken)
    answer(his, people["bob"], [box(10)])  # agreed with her first answer, not with the second

    assert assignments_of(job, hers.image_id)[-1] == (3, "open")


def test_where_too_much_was_drawn_to_be_judged_another_one_is_asked(make, people, monkeypatch):
    monkeypatch.setattr(overlap, "MOST_BOXES", 1)
    job = make("adaptive")
    hers, his = take(job, people["alice"]), take(job, people["bob"])
    answer(hers, people["alice"], [box(10)])
    answer(his, people["bob"], [box(10)])
    assert assignments_of(job, hers.image_id)[-1] == (3, "open")


def test_three_answers_become_their_mean_where_the_job_says_so(make, people):
    job = make("independent", images=1, annotators_per_image=3, consolidation="average")
    for name, x in (("alice", 10), ("bob", 12), ("carl", 17)):
        answer(take(job, people[name]), people[name], [box(x)])
    run_steps(job)
    label = Label.objects.get(round__purpose="active", image__job=job)
    assert (label.boxes[0]["x1"], label.detail["method"]) == (13.0, "average")

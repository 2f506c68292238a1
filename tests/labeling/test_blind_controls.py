"""Corrected work against blind work, and honeypots."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.assignments import blind_controls, claims, timing
from labeling.assignments.answers import submit
from labeling.assignments.skips import skip
from labeling.models import Assignment, Event, Image, Label, Round
from labeling.rounds import lifecycle
from tests import factories
from tests.factories import answer, box
from tests.running import run_steps

PEOPLE = ("alice", "bob", "carl")
SHOWN = [{**box(10), "score": 0.9}, {**box(100, class_id=1), "score": 0.8}]


def suggest(round, ids):
    return {pk: (list(SHOWN), False) for pk in ids}


@pytest.fixture
def make(db, mona):
    """A started job of people and imported boxes, in its active round."""

    def make(people=PEOPLE, images=6, **fields):
        fields = {
            "mode": "adaptive",
            "annotators_per_image": 3,
            "blind_control_percent": 50,
            **fields,
        }
        fields = {"pilot_size": 1, "batch_size": images, **fields}
        job = factories.make_job(assist=False, **fields)
        for name in people:
            factories.join(job, factories.person(name), "annotator")
        factories.join(job, mona, "manager")
        factories.make_images(job, images + 1)
        Image.objects.filter(job=job).update(imported=SHOWN)
        lifecycle.start(job, mona)
        run_steps(job)
        factories.work_all(job, *everybody(job))
        run_steps(job)
        return job

    return make


def everybody(job):
    return [m.user for m in job.members.filter(role="annotator").order_by("pk")]


def assignments_by_image(job):
    found: dict[int, list[bool]] = {}
    rows = Assignment.objects.filter(round__job=job, round__purpose="active").order_by("slot")
    for image, blank in rows.values_list("image", "blank"):
        found.setdefault(image, []).append(blank)
    return found


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("people", "mode", "per_image", "control", "plain"),
    [
        (PEOPLE, "adaptive", 3, [False, True, True], [False, False]),
        (PEOPLE, "independent", 1, [False, True, True], [False]),
        (PEOPLE, "verify", 2, [False, True, True], [False]),
        (PEOPLE[:2], "adaptive", 2, [False, True], [False, False]),
        (PEOPLE[:1], "independent", 1, [False], [False]),
    ],
)
def test_a_share_of_the_images_is_also_drawn_drawn_blind(
    make, people, mode, per_image, control, plain
):
    job = make(people, 30, mode=mode, annotators_per_image=per_image)
    assignments = list(assignments_by_image(job).values())
    assert {tuple(s) for s in assignments} == {tuple(control), tuple(plain)}
    if control != plain:
        assert 6 <= assignments.count(control) <= 24


def test_a_round_does_not_wait_for_a_second_person_who_never_comes(make):
    job = make(PEOPLE[:2], 20, mode="independent", annotators_per_image=1)
    alice, _ = everybody(job)
    factories.work_all(job, alice)
    run_steps(job)

    assert job.rounds.get(number=2).state == Round.State.CLOSED
    left = Assignment.objects.filter(round__job=job, round__number=2).exclude(state="submitted")
    assert left.exists() and {s.state for s in left} == {"withdrawn"}
    assert all(s.blank for s in left)


def test_a_round_does_not_wait_for_one_who_took_such_a_assignment_and_left(make):
    job = make(PEOPLE[:2], 20, mode="independent", annotators_per_image=1)
    alice, bert = everybody(job)
    round = job.rounds.get(number=2)
    extra = round.assignments.filter(blank=True, slot__gt=1).first()
    gone = timezone.now() - timedelta(hours=1)
    Assignment.objects.filter(pk=extra.pk).update(
        annotator=bert, state="claimed", claimed_at=gone, lease_expires_at=gone
    )

    factories.work_all(job, alice)
    run_steps(job)

    round.refresh_from_db()
    extra.refresh_from_db()
    assert (round.state, extra.state) == (Round.State.CLOSED, "expired")
    assert answer(extra, bert, [box(10)]).state == "extra"


def control_assignment(job, user):
    """A blank assignment of this person's, its other assignments given back."""
    for _ in range(20):
        for assignment in claims.claim_next(job, user, count=2, suggest=suggest).assignments:
            if assignment.blank:
                return assignment
            answer(assignment, user, [box(10), box(100, class_id=1)])
    raise AssertionError("no control image came up")


def test_a_blank_assignment_shows_nothing_in_whosever_hands(make):
    job = make((*PEOPLE, "dora"), images=20)
    alice, bob, carl, dora = everybody(job)
    factories.work_all(job, alice)  # the first assignment of an image shows boxes
    assignment = control_assignment(job, bob)
    assert assignment.suggested is None

    skip(assignment, bob, "hard_to_see")
    again = Assignment.objects.get(
        image=assignment.image, round=assignment.round, slot=assignment.slot, state="open"
    )
    assert again.blank

    taken = control_assignment(job, bob)
    expired = taken.lease_expires_at - timedelta(hours=9)
    Assignment.objects.filter(pk=taken.pk).update(lease_expires_at=expired)
    factories.work_all(job, carl, dora)
    left = Assignment.objects.filter(image=taken.image, round=taken.round, slot=taken.slot)
    assert all(left.values_list("blank", flat=True))


def work(job, blank_boxes, shown_boxes):
    """Everybody answers all there is, with these boxes."""
    while True:
        assignments = [
            (user, assignment)
            for user in everybody(job)
            for assignment in claims.claim_next(job, user, count=2, suggest=suggest).assignments
        ]
        if not assignments:
            run_steps(job)
            return
        for user, assignment in assignments:
            answer(assignment, user, blank_boxes if assignment.blank else shown_boxes)


def test_a_class_that_is_corrected_worse_is_not_shown_any_more(make):
    job = make(images=40, batch_size=25)
    loose = [box(10, 10, 50), box(100, 10, 80, 1)]
    work(job, [box(10), box(100, class_id=1)], loose)

    cat, dog = blind_controls.of_job(job)
    assert (cat.falls_back, dog.falls_back) == (False, True)
    assert dog.corrected < dog.blank == 1
    assert blind_controls.fallen(job) == [1]

    open_round = job.rounds.get(closed_at=None)
    assert open_round.settings.drawn_classes == (1,)
    assignment = next(
        s
        for user in everybody(job)
        for s in claims.claim_next(job, user, suggest=suggest).assignments
        if not s.blank
    )
    assert [b["class_id"] for b in assignment.suggested] == [0]
    assert Event.objects.get(job=job, kind="classes_not_shown").data["classes"] == "dog"


def test_control_images_get_a_label_of_all_their_answers(make):
    job = make(mode="verify", annotators_per_image=2, images=8)
    work(job, [box(12)], [box(10)])
    for label in Label.objects.filter(image__job=job, round__purpose="active"):
        blank = any(assignments_by_image(job)[label.image_id])
        assert label.detail["method"] == ("majority" if blank else "verified")


def test_a_honeypot_box_is_told_of_and_never_counted(make):
    job = make(PEOPLE[:2], blind_control_percent=0, honeypot_percent=20, images=60)
    alice, bob = everybody(job)
    assignments: list[Assignment] = []

    def all_as_shown(assignment):
        assignments.append(assignment)
        return [{k: v for k, v in b.items() if k != "score"} for b in assignment.suggested]

    for user in (alice, bob):
        while held := claims.claim_next(job, user, count=2, suggest=suggest).assignments:
            for assignment in held:
                looked = [box(10), box(100, class_id=1)]
                answer(assignment, user, all_as_shown(assignment) if user == alice else looked)
    honeypot = Assignment.objects.filter(round__job=job, honeypot__isnull=False)

    assert 2 <= honeypot.filter(annotator=alice).count() <= 28  # of 60 a fifth, by chance
    assert all(len(s.suggested) == (2 if s.honeypot is None else 3) for s in assignments)
    expected = [
        {"name": "alice", "shown": honeypot.filter(annotator=alice).count()},
        {"name": "bob", "shown": honeypot.filter(annotator=bob).count()},
    ]
    expected[0]["missed_honeypot"], expected[1]["missed_honeypot"] = expected[0]["shown"], 0
    assert blind_controls.honeypot(job) == expected
    run_steps(job)
    assert all(len(row.boxes) == 2 for row in Label.objects.filter(round__purpose="active"))


def honeypot_assignment(job, user):
    """The person's first assignment with a honeypot, all before it answered."""
    while True:
        (assignment, *_) = claims.claim_next(job, user, count=1, suggest=suggest).assignments
        if assignment.honeypot is not None:
            return assignment
        answer(assignment, user)


@pytest.fixture
def honeypot(make):
    """An assignment with one, of a job that one person annotates, and that person."""
    job = make(
        PEOPLE[:1],
        annotators_per_image=1,
        mode="independent",
        blind_control_percent=0,
        honeypot_percent=20,
        images=60,
    )
    (alice,) = everybody(job)
    return honeypot_assignment(job, alice), alice


def test_an_answer_with_a_honeypot_box_may_come_twice_and_be_changed(honeypot):
    assignment, alice = honeypot
    seen = [{k: v for k, v in b.items() if k != "score"} for b in assignment.suggested]

    answer(assignment, alice, seen)
    answer(Assignment.objects.get(pk=assignment.pk), alice, seen)
    stored = Assignment.objects.get(pk=assignment.pk)
    assert len(stored.boxes) == 2 and stored.missed_honeypot

    answer(stored, alice, stored.boxes, version=2)
    assert Assignment.objects.get(pk=assignment.pk).missed_honeypot  # the first look counts


def test_a_honeypot_box_that_was_accepted_and_nudged_is_no_label(honeypot):
    assignment, alice = honeypot
    seen = [{k: v for k, v in b.items() if k != "score"} for b in assignment.suggested]
    wrong = seen[assignment.honeypot]
    wrong["x1"] += 0.1 * (wrong["x2"] - wrong["x1"])
    outcomes = ["accepted"] * 3
    outcomes[assignment.honeypot] = "changed"

    for _ in range(2):  # the network may send it twice
        assignment = Assignment.objects.get(pk=assignment.pk)
        submit(assignment, alice, version=1, boxes=seen, active_ms=1, outcomes=outcomes)

    stored = Assignment.objects.get(pk=assignment.pk)
    assert wrong not in stored.boxes
    assert (len(stored.boxes), stored.missed_honeypot) == (2, True)


def test_an_answer_sent_again_is_the_same_though_another_person_drew_there_meanwhile(make):
    job = make(
        PEOPLE[:2],
        mode="independent",
        annotators_per_image=2,
        blind_control_percent=0,
        honeypot_percent=20,
        images=60,
    )
    alice, bob = everybody(job)
    assignment = honeypot_assignment(job, alice)
    seen = [{k: v for k, v in b.items() if k != "score"} for b in assignment.suggested]
    wrong = seen[assignment.honeypot]
    wrong["x1"] += 0.1 * (wrong["x2"] - wrong["x1"])
    answer(assignment, alice, seen)
    other = (
        Assignment.objects.filter(image=assignment.image, round=assignment.round)
        .exclude(pk=assignment.pk)
        .get()
    )
    Assignment.objects.filter(pk=other.pk).update(
        state="submitted", annotator=bob, boxes=[wrong], submitted_at=timezone.now(), version=1
    )

    stored = Assignment.objects.get(pk=assignment.pk).boxes
    answer(Assignment.objects.get(pk=assignment.pk), alice, seen)
    assert Assignment.objects.get(pk=assignment.pk).boxes == stored


def test_a_honeypot_box_does_not_spoil_what_is_learned_of_peoples_seconds(make):
    job = make(
        PEOPLE[:1],
        annotators_per_image=1,
        mode="independent",
        blind_control_percent=0,
        honeypot_percent=20,
        images=60,
    )
    (alice,) = everybody(job)
    assignment = honeypot_assignment(job, alice)
    seen = [{k: v for k, v in b.items() if k != "score"} for b in assignment.suggested]
    outcomes, times = ["accepted"] * 3, {"drag": 3000, "accept": 900}
    drawn_too = [*seen, box(150, 100, 20)]
    submit(
        assignment,
        alice,
        version=1,
        boxes=drawn_too,
        active_ms=3900,
        outcomes=outcomes,
        action_ms=times,
    )

    assert timing.of_job(job)["drag"]["seconds"] == 3.0
    assert timing.of_job(job)["accepted"]["seconds"] == 0.3


def test_the_verifying_chain_ends_though_a_box_was_honeypot(make):
    job = make(
        mode="verify",
        annotators_per_image=3,
        blind_control_percent=0,
        honeypot_percent=20,
        images=80,  # which ones get a honeypot hangs on their row numbers
    )
    right = [box(10), box(100, class_id=1)]
    work(job, right, right)
    second = Assignment.objects.filter(round__purpose="active", slot=2, honeypot__isnull=False)
    assert second.exists()
    third = Assignment.objects.filter(image__in=second.values("image"), slot=3)
    assert not third.exists()
    assert Round.objects.filter(job=job, purpose="active").first().state == "CLOSED"

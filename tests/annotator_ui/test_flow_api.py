"""The API of reviewers' wider views and of people's own things, as the pages use it."""

from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labeling.assignments import answer_content, claims
from labeling.jobs import guidelines
from labeling.models import Audit, Comment, Label, LabelCheck
from labeling.review import comments
from labeling.rounds import lifecycle
from tests.factories import ALONE, answer, box, join, make_images, make_job, person, work_all
from tests.kept import kept
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client, method: str, name: str, pk, body=None):
    call = getattr(client, method)
    return call(reverse(name, args=[pk]), body or {}, content_type="application/json")


@pytest.fixture
def shared(alice, bob, rita, mona):
    """Two people have labelled ten images differently; more are with them."""
    return kept("shared", partial(labelled, alice, bob, rita, mona))


def labelled(alice, bob, rita, mona):
    made = make_job(assist=False, annotators_per_image=2, pilot_size=10, batch_size=4)
    join(made, alice, "annotator")
    join(made, bob, "annotator")
    join(made, rita, "reviewer")
    join(made, mona, "manager")
    make_images(made, 14)
    lifecycle.start(made, None)
    run_steps(made)
    work_all(
        made,
        alice,
        bob,
        boxes=lambda assignment: [box(10 if assignment.annotator_id == alice.pk else 25)],
    )
    run_steps(made)
    return made


def test_the_grid_gives_a_page_and_takes_its_checks(shared, rita):
    client = browser(rita)
    page = client.get(reverse("grid", args=[shared.slug]), {"source": "human", "count": 12}).json()
    assert len(page["labels"]) == 10
    assert page["counts"] == {"labels": 10, "looked_at": 0}
    first = page["labels"][0]
    assert first["image"]["preview_url"].startswith("/api/images/")

    checks = [
        {"label": first["id"], "verdict": "rejected", "reason": "wrong_class"},
        {"label": page["labels"][1]["id"], "verdict": "right"},
    ]
    told = send(client, "put", "grid-checks", shared.slug, {"checks": checks}).json()
    assert all(row["stored"] for row in told["results"])
    assert send(client, "delete", "label-check", first["id"]).status_code == 200
    assert LabelCheck.objects.count() == 1
    assert Label.objects.active().filter(pk=first["id"]).exists()


@pytest.mark.parametrize(
    "query",
    [
        {"count": 500},
        {"after": "nonsense"},
        {"source": "x"},
        {"tyop": 1},
        {"low": 2},
        {"after": "nan:1", "order": "random"},
        {"after": "1e400:1", "order": "random"},
        {"person": 10**30},
        {"round": 10**30},
        {"class_id": 10**30},
    ],
)
def test_the_grid_refuses_a_strange_question(shared, rita, query):
    reply = browser(rita).get(reverse("grid", args=[shared.slug]), query)
    assert reply.status_code == 400
    assert reply.json()["where"]


def test_filters_name_people_for_managers_only(shared, rita, mona):
    for user, name in ((rita, "Person 1"), (mona, "alice")):
        page = browser(user).get(reverse("review-grid", args=[shared.slug]))
        assert page.context["page_data"]["choices"]["people"][0]["name"] == name


def test_disagreements_are_listed_shown_and_resolved(shared, rita, mona):
    client = browser(rita)
    listed = client.get(reverse("disagreements-list", args=[shared.slug])).json()
    assert listed["images"]
    pk = listed["images"][0]["image"]["id"]
    seen = client.get(reverse("disagreements", args=[pk])).json()
    assert [entry["name"] for entry in seen["people"]] == [None, None]
    named = browser(mona).get(reverse("disagreements", args=[pk])).json()
    assert [entry["name"] for entry in named["people"]] == ["alice", "bob"]

    body = {"label": seen["label"], "boxes": [box()], "decisions": {"person": 1}}
    reply = send(client, "put", "disagreements", pk, body).json()
    assert reply["boxes"] == [box()]
    after = client.get(reverse("disagreements-list", args=[shared.slug])).json()
    assert len(after["images"]) == after["left"] == listed["left"] - 1
    assert after["adjudicated"] == 1
    again = send(client, "put", "disagreements", pk, body)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (
        send(client, "put", "disagreements", pk, {**body, "decisions": {"a": 1}}).status_code == 400
    )


def test_two_labels_are_compared(shared, rita, mona):
    image = Label.objects.active().filter(image__job=shared).first().image
    client = browser(rita)
    send(client, "put", "image-label", image.pk, {"boxes": [box(100, class_id=1)]})

    found = client.get(reverse("compare-labels", args=[image.pk])).json()

    assert [side["name"] for side in found["sides"]] == ["people", "reviewer"]
    assert [side["by"] for side in found["sides"]] == [None, None]
    named = browser(mona).get(reverse("compare-labels", args=[image.pk])).json()
    assert [side["by"] for side in named["sides"]] == [None, "rita"]
    assert {change["kind"] for change in found["changes"]} >= {"added"}
    address = reverse("compare-labels", args=[image.pk])
    swapped = client.get(address, {"left": found["right"]}).json()
    assert (swapped["left"], swapped["right"]) == (found["right"], found["left"])
    itself = client.get(address, {"left": found["right"], "right": found["right"]})
    assert itself.status_code == 400


def test_the_live_page_names_others_to_managers_only(shared, alice, rita, mona):
    for user, names, others in ((mona, ["alice", "bob"], 0), (alice, ["alice"], 1), (rita, [], 2)):
        told = browser(user).get(reverse("job", args=[shared.slug])).context["page_data"]
        asked = browser(user).get(reverse("snapshot", args=[shared.slug])).json()
        for state in (told["snapshot"], asked):
            assert sorted(row["name"] for row in state["people"]) == names
            assert state["others"] == others


@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_the_list_of_jobs_costs_the_same_however_many_they_are(alice, bob, role):
    def add() -> None:
        job = make_job(**ALONE, assist=False, pilot_size=10)
        join(job, alice, role)
        join(job, bob, "annotator")
        make_images(job, 12)
        lifecycle.start(job, None)
        run_steps(job)
        held = claims.claim_next(job, bob, count=2).assignments
        comments.pin(held[0].image, bob, 1, 1, "Cat?")
        if role == "annotator":
            answer(claims.claim_next(job, alice, count=2).assignments[0], alice)

    client, asked = browser(alice), []
    for more in (1, 4):
        for _ in range(more):
            add()
        with CaptureQueriesContext(connection) as queries:
            cards = client.get(reverse("home")).context["page_data"]["jobs"]
        asked.append(len(queries))

    assert asked[0] == asked[1]
    assert len(cards) == 5
    for card in cards:
        if role == "annotator":
            # 10 assignments, one of them answered and two of them with bob
            assert (card["kind"], card["to_draw"], card["notes"]) == ("draw", 7, 0)
            assert (card["round"]["done"], card["round"]["total"]) == (1, 10)
            assert (card["round"]["pace_s"], card["stopped_at"] is not None) == (1.0, True)
        else:
            assert (card["kind"], card["message"]) == ("none", "Nothing to review now.")
            assert (card["notes"], card["round"]) == (1, None)
        assert card["preview_url"]


def test_a_note_is_pinned_answered_read_and_closed(shared, alice, rita, bob):
    mine = claims.claim_next(shared, alice, count=1).assignments[0].image
    reply = send(browser(alice), "post", "comments", mine.pk, {"x": 3, "y": 4, "text": "Cat?"})
    assert reply.status_code == 201
    thread = reply.json()["id"]
    assert send(browser(bob), "post", "comment-answers", thread, {"text": "x"}).status_code == 404
    send(browser(rita), "post", "comment-answers", thread, {"text": "Yes."})

    home = browser(alice).get(reverse("home")).context["page_data"]["jobs"][0]
    assert home["answers"] == 1
    seen = browser(alice).get(reverse("comments", args=[mine.pk])).json()
    assert [(a["text"], a["fresh"]) for a in seen[0]["answers"]] == [("Yes.", True)]
    seen = browser(alice).get(reverse("comments", args=[mine.pk])).json()
    assert not seen[0]["answers"][0]["fresh"]

    page = browser(rita).get(reverse("notes", args=[shared.slug])).context["page_data"]
    assert page["threads"][0]["image"]["id"] == mine.pk
    closed = send(browser(rita), "put", "comment", thread, {"closed": True}).json()
    assert closed["closed"]
    bad = send(browser(alice), "post", "comments", mine.pk, {"x": 1e9, "y": 0, "text": "a"})
    assert bad.json()["where"] == "x"


def test_only_reviewers_and_authors_close_a_thread(shared, alice, bob):
    image = Label.objects.active().filter(image__job=shared).first().image
    thread = comments.pin(image, alice, 1, 1, "?")
    assert send(browser(bob), "put", "comment", thread.pk, {"closed": True}).status_code == 403
    assert send(browser(alice), "put", "comment", thread.pk, {"closed": True}).status_code == 200
    assert Comment.objects.open().count() == 0


def test_history_pages_on_and_opens_an_answer_again(shared, alice, bob):
    client = browser(alice)
    assignment = claims.claim_next(shared, alice, count=1).assignments[0]
    answer(assignment, alice)
    page = client.get(reverse("own-answers", args=[shared.slug])).json()
    assert page["next"] is None
    assert (page["answers"][0]["id"], page["answers"][0]["changeable"]) == (assignment.pk, True)
    assert page["answers"][1]["labelled"] == "people"

    opened = client.get(reverse("work", args=[shared.slug]), {"assignment": assignment.pk})
    again = opened.context["page_data"]["reopen"]
    assert (again["id"], again["version"], again["boxes"]) == (assignment.pk, 1, [box()])
    assert (
        browser(bob)
        .get(reverse("work", args=[shared.slug]), {"assignment": assignment.pk})
        .status_code
        == 404
    )
    own = client.get(reverse("own-assignment", args=[assignment.pk])).json()
    assert own["changeable"]


@pytest.mark.parametrize("before", [-1, 2**31, 10**30])
def test_history_refuses_a_page_that_cannot_be(shared, alice, before):
    reply = browser(alice).get(reverse("own-answers", args=[shared.slug]), {"before": before})
    assert (reply.status_code, reply.json()["where"]) == (400, "before")


@pytest.mark.parametrize("assignment", ["\N{SUPERSCRIPT TWO}", "9" * 5000, "-1"])
def test_a_assignment_that_is_no_number_opens_the_page_without_it(shared, alice, assignment):
    page = browser(alice).get(reverse("work", args=[shared.slug]), {"assignment": assignment})
    assert page.context["page_data"]["reopen"] is None


def test_an_impossible_time_loses_no_verdict(shared, rita):
    label = Label.objects.active().filter(image__job=shared).first()
    audit = Audit.objects.create(
        round=label.round,
        image=label.image,
        kind="monitoring",
        position=0,
        predicted=label.boxes,
        label=label,
        reviewer=rita,
    )
    body = {"verdict": "approved", "active_ms": 10**30}
    assert send(browser(rita), "put", "verdict", audit.pk, body).status_code == 200
    audit.refresh_from_db()
    assert audit.active_ms == answer_content.MAX_ACTIVE_MS


def test_instructions_are_shown_once_per_wording(job, alice, mona):
    job.instructions = "Draw cats."
    job.save()
    lifecycle.start(job, mona)
    run_steps(job)
    client = browser(alice)

    def new() -> bool:
        data = client.get(reverse("work", args=[job.slug])).context["page_data"]
        return bool(data["instructions_new"])

    assert new()
    told = send(client, "put", "instructions-read", job.slug, {"digest": guidelines.digest(job)})
    assert told.status_code == 200
    assert not new()
    assert send(client, "put", "instructions-read", job.slug, {"digest": "x"}).status_code == 400


def test_reviewers_correct_labels_but_not_images_people_work_on(shared, rita, alice):
    image = shared.images.unlabeled().first()
    refused = send(browser(rita), "put", "image-label", image.pk, {"boxes": []})
    assert refused.status_code == 409
    assert send(browser(alice), "put", "image-label", image.pk, {"boxes": []}).status_code in (
        403,
        404,
    )


def test_a_foreign_reviewer_sees_none_of_it(shared):
    eve = person("eva")
    other = make_job(name="Other")
    join(other, eve, "reviewer")
    image = shared.images.first()
    label = Label.objects.active().filter(image__job=shared).first()
    thread = comments.pin(image, shared.members.first().user, 1, 1, "?")
    client = browser(eve)
    for name, pk in (
        ("grid", shared.slug),
        ("disagreements-list", shared.slug),
        ("disagreements", image.pk),
        ("compare-labels", image.pk),
        ("comments", image.pk),
        ("own-answers", shared.slug),
        ("review-grid", shared.slug),
        ("notes", shared.slug),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    assert send(client, "delete", "label-check", label.pk).status_code == 404
    assert send(client, "post", "comment-answers", thread.pk, {"text": "x"}).status_code == 404

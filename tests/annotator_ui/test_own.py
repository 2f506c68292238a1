"""Drafts at the server, own keys, and what an answer tells beside its boxes."""

import json
import random

import pytest
from django.test import Client
from django.urls import reverse

from labeling.assignments import drafts
from labeling.kernel.errors import Conflict
from labeling.models import Assignment, Draft
from labeling.rounds import lifecycle
from tests.factories import box
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(job, mona, alice):
    """Alice's browser, the job running."""
    lifecycle.start(job, mona)
    run_steps(job)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


@pytest.fixture
def assignment(signed_in, job):
    """Her first assignment, with two suggestions."""
    url = reverse("claim", args=[job.slug])
    given = signed_in.post(url, {"count": 1}, content_type="application/json").json()
    row = Assignment.objects.get(pk=given["assignments"][0]["id"])
    row.suggested = [{**box(), "score": 0.9}, {**box(60), "score": 0.4}]
    row.save()
    return row


def put(client, name: str, body, *args):
    answer = client.put(reverse(name, args=args), json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def draft(number: int, *boxes, known: int = 0, writer: str = "one", **more):
    """A draft as the page sends it."""
    content = {"boxes": list(boxes), "active_ms": 900, **more}
    told = {"version": 0, "number": number, "known": known, "writer": writer}
    return {**told, "content": content}


def test_a_draft_comes_back_with_the_assignment_on_another_computer(signed_in, job, assignment):
    marked = {**box(), "suggested": False, "source": 1}
    assert (
        put(signed_in, "draft", draft(1, marked, action_ms={"open": 900}), assignment.pk)[0] == 200
    )

    url = reverse("claim", args=[job.slug])
    page = signed_in.post(url, {}, content_type="application/json").json()

    [given] = [s["draft"] for s in page["assignments"] if s["id"] == assignment.pk]
    assert given == {
        "number": 1,
        "writer": "one",
        "boxes": [marked],
        "active_ms": 900,
        "action_ms": {"open": 900},
    }


def test_an_older_draft_never_overwrites_a_newer_one_in_any_order(signed_in, assignment):
    for number, expected in ((2, 200), (1, 409), (2, 200), (5, 200), (4, 409)):
        status, said = put(signed_in, "draft", draft(number, box(number)), assignment.pk)
        assert status == expected, said
    stored = Draft.objects.get(assignment=assignment)
    assert (stored.number, stored.content["boxes"][0]["x1"]) == (5, 5)


def test_a_page_overwrites_of_another_only_what_it_has_seen(signed_in, assignment):
    def save(*told, **more) -> int:
        return put(signed_in, "draft", draft(*told, **more), assignment.pk)[0]

    assert save(3, box(1), writer="one") == 200
    assert save(3, box(2), writer="two", known=2) == 409
    assert save(9, box(2), writer="two", known=2) == 409
    assert save(4, box(2), writer="two", known=3) == 200
    assert save(5, box(1), writer="one") == 409
    assert Draft.objects.get(assignment=assignment).content["boxes"][0]["x1"] == 2


def test_no_interleaving_of_pages_overwrites_work_that_was_not_seen(assignment):
    """Three pages save, look and repeat in any order; the service against a plain model."""
    rng = random.Random(7)
    pages = {name: {"known": 0, "number": 0} for name in "abc"}
    stored = {"number": 0, "writer": ""}
    for _ in range(300):
        name, page = rng.choice(list(pages.items()))
        if rng.random() < 0.3:  # it looks, as after a reload or the person's choice
            page["known"] = page["number"] = max(page["number"], stored["number"])
            continue
        number = page["number"] + rng.choice((0, 1, 1, 2))  # now and then an old one again
        page["number"] = max(page["number"], number)
        mine, seen = stored["writer"] == name, stored["number"] <= page["known"]
        newer = number > stored["number"]
        allowed = not stored["writer"] or (newer and (mine or seen))
        told = draft(max(1, number), box(5), writer=name, known=page["known"])
        try:
            drafts.save(assignment, **told)
        except Conflict:
            assert not allowed
        else:
            repeat = mine and number == stored["number"]
            assert allowed or repeat
            if allowed:
                stored = {"number": max(1, number), "writer": name}
        row = Draft.objects.get(assignment=assignment)
        assert (row.number, row.writer) == (stored["number"], stored["writer"])


def test_the_answer_ends_the_draft_and_a_late_draft_does_not_bring_it_back(signed_in, assignment):
    put(signed_in, "draft", draft(1, box()), assignment.pk)
    assert put(signed_in, "answer", {"version": 1, "boxes": [box()]}, assignment.pk)[0] == 200
    assert not Draft.objects.exists()

    assert put(signed_in, "draft", draft(2, box()), assignment.pk)[0] == 409
    assert drafts.newest_drafts([assignment]) == {}


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ({"boxes": [{"class_id": 9, "x1": 1, "y1": 1, "x2": 5, "y2": 5}]}, "boxes[0].class_id"),
        ({"boxes": [{**box(), "source": 2}]}, "boxes[0].source"),
        ({"boxes": [], "active_ms": -1}, "active_ms"),
        ({"boxes": [], "action_ms": {"sleep": 1}}, "action_ms.sleep"),
        ({"boxes": [], "more": 1}, "content"),
    ],
)
def test_a_draft_that_cannot_be_an_answer_is_refused_by_place(
    signed_in, assignment, content, where
):
    body = {**draft(1), "content": content}
    status, said = put(signed_in, "draft", body, assignment.pk)
    assert (status, said["where"]) == (400, where)


def test_an_answer_keeps_what_became_of_suggestions_and_where_the_time_went(signed_in, assignment):
    body = {
        "version": 1,
        "boxes": [box()],
        "active_ms": 1500,
        "outcomes": ["accepted", "dismissed"],
        "action_ms": {"open": 500, "accept": 1000},
    }
    assert put(signed_in, "answer", body, assignment.pk)[0] == 200

    assignment.refresh_from_db()
    assert assignment.outcomes == ["accepted", "dismissed"]
    assert assignment.action_ms == {"open": 500, "accept": 1000}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"outcomes": ["accepted"]}, "outcomes"),
        ({"outcomes": ["accepted", "liked"]}, "outcomes[1]"),
        ({"action_ms": {"draw": 1.5}}, "action_ms.draw"),
        ({"action_ms": {"draw": 10**9}}, "action_ms.draw"),
    ],
)
def test_what_is_told_beside_the_boxes_is_checked_before_anything_is_stored(
    signed_in, assignment, more, where
):
    status, said = put(signed_in, "answer", {"version": 1, "boxes": [], **more}, assignment.pk)

    assert (status, said["where"]) == (400, where)
    assignment.refresh_from_db()
    assert (assignment.state, assignment.version) == ("claimed", 0)


def test_own_keys_and_settings_follow_the_person(signed_in, job):
    keys = {"fit": ["q"], "zoom-box": [], "grid.fine": ["q"]}  # on another page
    page = {"method": "points", "confidence": {job.slug: 0.5}}
    assert put(signed_in, "preferences", {"keys": keys})[0] == 200
    assert put(signed_in, "preferences", {"page": page})[0] == 200

    assert signed_in.get(reverse("preferences")).json() == {"keys": keys, "page": page}
    data = signed_in.get(reverse("work", args=[job.slug])).context["page_data"]
    assert data["preferences"] == {"keys": keys, "page": page}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"keys": {"fit": ["q"], "draw": ["q"]}}, "keys.draw"),
        ({"keys": {"grid.fine": ["q"], "grid.wrong": ["q"]}}, "keys.grid.wrong"),
        ({"keys": {"fit": "q"}}, "keys.fit"),
        ({"keys": {"fit": ["two words"]}}, "keys.fit"),
        ({"keys": {"<b>": ["q"]}}, "keys.<b>"),
        ({"page": {"method": "lasso"}}, "page.method"),
        ({"page": {"colour": "red"}}, "page.colour"),
        ({"page": {"crosshairStrength": True}}, "page.crosshairStrength"),
    ],
)
def test_unfit_keys_and_settings_are_refused_by_place(signed_in, body, where):
    status, said = put(signed_in, "preferences", body)
    assert (status, said["where"]) == (400, where)


def test_the_page_names_every_module_it_will_need(signed_in, job):
    html = signed_in.get(reverse("work", args=[job.slug])).content.decode()

    for module in ("annotator/main", "annotator/core/document", "common/dom", "idb/index"):
        assert f'rel="modulepreload" href="/static/{module}' in html

"""The annotators' API as the page uses it, and every kind of bad input."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from labeling.models import Assignment, Audit, Draft
from labeling.review import queue
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


def claim(client, job) -> list[dict]:
    answer = client.post(
        reverse("claim", args=[job.slug]), {"count": 2}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["assignments"]


def put(client, assignment_id: int, body, raw: bytes | None = None):
    data = raw if raw is not None else json.dumps(body)
    return client.put(
        reverse("answer", args=[assignment_id]), data, content_type="application/json"
    )


def test_opening_a_page_takes_no_work_away(signed_in, job, rita):
    reviewer = Client()
    reviewer.force_login(rita)
    for client, name in ((signed_in, "work"), (reviewer, "review")):
        page = client.get(reverse(name, args=[job.slug]))  # as a link preview does
        assert page.status_code == 200
        assert [c["name"] for c in page.context["page_data"]["classes"]] == ["cat", "dog"]
    assert not Assignment.objects.filter(state="claimed").exists()

    assert claim(signed_in, job)[0]["image"]["url"].startswith("/api/images/")


def test_an_answer_comes_back_with_the_next_assignment(signed_in, job):
    assignment = claim(signed_in, job)[0]

    answer = put(
        signed_in, assignment["id"], {"version": 1, "boxes": [box()], "active_ms": 900}
    ).json()

    assert (answer["id"], answer["state"], answer["version"]) == (assignment["id"], "submitted", 1)
    assert set(answer) == {"id", "state", "version", "next", "queue"}
    stored = Assignment.objects.get(pk=assignment["id"])
    assert (stored.boxes, stored.active_ms) == ([box()], 900)


def test_assignments_that_the_page_holds_are_not_sent_again(signed_in, job):
    first, *rest = claim(signed_in, job)
    held = [s["id"] for s in rest]
    answer = put(signed_in, first["id"], {"version": 1, "boxes": [], "hold": held}).json()
    assert not {s["id"] for s in answer["next"]} & set(held)


def big(**edges) -> dict:
    return {**box(), **edges}


BAD = {
    "outside": ([big(x2=999)], "boxes[0].x2", "outside the picture"),
    "inverted": ([big(x1=90)], "boxes[0]", "no area"),
    "flat": ([big(y2=10)], "boxes[0]", "no area"),
    "unknown class": ([box(), big(class_id=9)], "boxes[1].class_id", "not one of this job's"),
    "class as text": ([big(class_id="0")], "boxes[0].class_id", "not one of this job's"),
    "text": ([big(x1="10")], "boxes[0].x1", "must be a number"),
    "bool": ([big(x1=True)], "boxes[0].x1", "must be a number"),
    "missing": ([{"class_id": 0}], "boxes[0].x1", "must be a number"),
    "too many": ([box()] * 2001, "boxes", "at most 2000"),
    "overflow": ([big(x1=10**400)], "boxes[0].x1", "finite"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_box_is_refused_by_place_and_nothing_is_lost(signed_in, job, case):
    boxes, where, words = BAD[case]
    assignment = claim(signed_in, job)[0]

    answer = put(signed_in, assignment["id"], {"version": 1, "boxes": boxes})

    assert answer.status_code == 400
    assert answer.json()["where"] == where
    assert words in answer.json()["message"]
    assert Assignment.objects.get(pk=assignment["id"]).state == "claimed"


RAW = {
    "not json": (b"{", "not valid JSON"),
    "deep": (b'{"boxes":' + b"[" * 5000 + b"]" * 5000 + b"}", "deeper than"),
    "nan": (b'{"version": 1, "boxes": [{"class_id": 0, "x1": NaN}]}', "NaN"),
    "infinity": (b'{"version": 1, "boxes": [{"class_id": 0, "x1": Infinity}]}', "Infinity"),
    "double key": (b'{"version": 1, "version": 2, "boxes": []}', "same key twice"),
    "lone surrogate": (b'{"version": 1, "boxes": [{"\\ud800": 1}]}', "lone surrogate"),
    "nul": (b'{"version": 1, "boxes": [{"a": "\\u0000"}]}', "NUL"),
    "not utf-8": (b'{"version": "\xff"}', "UTF-8"),
    "a list": (b"[]", "object"),
    "unknown field": (b'{"version": 1, "boxes": [], "boxs": []}', "Unknown field"),
    "no version": (b'{"boxes": []}', "required"),
    "version zero": (b'{"version": 0, "boxes": []}', "greater than or equal to 1"),
    "boxes as object": (b'{"version": 1, "boxes": {}}', "list"),
}


@pytest.mark.parametrize("case", RAW)
def test_broken_json_is_a_clear_400(signed_in, job, case):
    raw, words = RAW[case]
    assignment = claim(signed_in, job)[0]

    answer = put(signed_in, assignment["id"], None, raw)

    assert answer.status_code == 400, answer.content
    assert words.lower() in answer.json()["message"].lower()
    assert set(answer.json()) == {"code", "message", "where"}
    assert Assignment.objects.get(pk=assignment["id"]).state == "claimed"


def test_a_body_over_two_megabytes_is_refused(signed_in, job):
    assignment = claim(signed_in, job)[0]
    answer = put(signed_in, assignment["id"], None, b'{"a": "' + b"x" * 2_200_000 + b'"}')
    assert answer.status_code in (400, 413)


def test_a_foreign_assignment_does_not_exist(signed_in, job, bob):
    other = Client()
    other.force_login(bob)
    his = claim(other, job)[0]
    answer = put(signed_in, his["id"], {"version": 1, "boxes": []})
    assert answer.status_code == 404
    assert Assignment.objects.get(pk=his["id"]).state == "claimed"


def test_a_stale_version_is_a_conflict(signed_in, job):
    assignment = claim(signed_in, job)[0]
    put(signed_in, assignment["id"], {"version": 3, "boxes": [box()]})
    answer = put(signed_in, assignment["id"], {"version": 2, "boxes": []})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_signed_out_is_a_401_in_words(job, client):
    answer = client.post(reverse("claim", args=[job.slug]), {}, content_type="application/json")
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"
    assert "saved here" in answer.json()["message"]


def test_an_empty_queue_says_why(signed_in, job, mona):
    lifecycle.pause(job, mona)
    for assignment in claim(signed_in, job):
        signed_in.post(
            reverse("release", args=[assignment["id"]]), {}, content_type="application/json"
        )
    answer = signed_in.post(reverse("claim", args=[job.slug]), {}, content_type="application/json")
    assert answer.json()["queue"]["reason"] == "paused"


def test_the_schema_describes_the_api(signed_in):
    answer = signed_in.get(reverse("schema"))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "/api/assignments/{id}/answer" in text or "/api/assignments/{pk}/answer" in text


@pytest.mark.parametrize("write", ["answer", "skip", "renew", "draft"])
def test_who_is_no_annotator_any_more_stores_nothing(signed_in, job, alice, write):
    assignment = claim(signed_in, job)[0]
    job.members.filter(user=alice).update(role="reviewer")
    content = {"boxes": [], "active_ms": 5, "action_ms": None}
    body = {
        "answer": {"version": 1, "boxes": [box()]},
        "skip": {"reason": "other"},
        "renew": {},
        "draft": {"version": 0, "number": 1, "known": 0, "writer": "p", "content": content},
    }[write]
    send = signed_in.post if write in ("skip", "renew") else signed_in.put

    reply = send(reverse(write, args=[assignment["id"]]), body, content_type="application/json")

    assert (reply.status_code, reply.json()["code"]) == (403, "not_allowed")
    row = Assignment.objects.get(pk=assignment["id"])
    assert (row.state, row.boxes, row.version) == ("claimed", None, 0)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_who_is_no_reviewer_any_more_gives_no_verdict(closing, rita, method):
    audit = queue.claim_next(closing, rita)[0]
    closing.members.filter(user=rita).update(role="annotator")
    client = Client()
    client.force_login(rita)

    reply = getattr(client, method)(
        reverse("verdict", args=[audit.pk]),
        {"verdict": "approved"},
        content_type="application/json",
    )

    assert reply.status_code == 403
    assert Audit.objects.get(pk=audit.pk).verdict == ""


def test_a_page_gives_back_what_it_was_given(signed_in, job):
    claim_url, back = reverse("claim", args=[job.slug]), reverse("give-back", args=[job.slug])
    given = signed_in.post(
        claim_url, {"count": 1, "page": "one"}, content_type="application/json"
    ).json()["assignments"]
    ids = [assignment["id"] for assignment in given]
    for page, count in (("two", 0), ("one", len(ids)), ("one", 0)):
        reply = signed_in.post(back, {"ids": ids, "page": page}, content_type="application/json")
        assert reply.json() == {"given_back": count}


def test_a_manager_alone_releases_what_others_hold(signed_in, job, alice, mona):
    claim(signed_in, job)
    url, body = reverse("release-held", args=[job.slug]), {"person": alice.pk}
    assert signed_in.post(url, body, content_type="application/json").status_code == 403
    manager = Client()
    manager.force_login(mona)
    reply = manager.post(url, body, content_type="application/json")
    assert reply.json()["held"] == []
    assert manager.post(url, {"person": 99}, content_type="application/json").status_code == 200

"""What all requests of programs share: lists by key, refusals, requests that are done once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from labeling.jobs import idempotency, setup
from labeling.models import Event, IdempotentRequest, Job
from labeling.server.answers import refusal
from tests.factories import join, make_job
from tests.programs import Program, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(mona) -> Program:
    return Program(mona)


def test_a_list_is_read_part_by_part_without_gap_or_repeat(job, program):
    found, after = [], 0
    while after is not None:
        part = program("get", "images", job.slug, after=after, limit=5)
        found += part["items"]
        after = part["next"]
    assert [one["id"] for one in found] == list(job.images.values_list("pk", flat=True))
    assert program("get", "images", job.slug, after=found[-1]["id"]) == {"items": [], "next": None}
    assert program("get", "images", job.slug, limit=12)["next"] is None


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"colour": "red"}, "colour"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": -1}, "after"),
        ({"state": "odd"}, "state"),
        ({"split": ""}, "split"),
        ({"round": 0}, "round"),
        ({"name": ["a", "b"]}, "name"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_by_its_name(job, program, asked, where):
    assert problem(program.send("get", "images", job.slug, **asked)) == (400, "invalid", where)


def test_every_refusal_is_told_as_problem_details(job, program):
    for reply, expected in (
        (program.send("get", "job", "nowhere"), (404, "not_found", None)),
        (program.send("get", "image", 10**17), (404, "not_found", None)),
        (program.send("put", "jobs"), (405, "method_not_allowed", None)),
        (program.send("post", "jobs", nme="x"), (400, "invalid", "nme")),
        (program.send("post", "jobs"), (400, "invalid", "name")),
        (program.send("post", "actions", job.slug, action="resume"), (409, "conflict", None)),
        (program.client.get("/api/v1/nothing", headers=program.headers), (404, "not_found", None)),
        (program.client.get("/api/v1/jobs?a=%00", headers=program.headers), (400, "invalid", None)),
    ):
        assert problem(reply) == expected
    broken = program.client.post(
        "/api/v1/jobs", "[" * 40, content_type="application/json", headers=program.headers
    )
    assert problem(broken) == (400, "parse_error", None)
    assert "nested" in broken.json()["detail"]


def test_a_failure_of_the_program_is_a_problem_without_its_trace(mona, monkeypatch):
    program = Program(mona, client=Client(raise_request_exception=False))

    def broken(*_: object) -> None:
        raise RuntimeError("secret path /srv/x")

    monkeypatch.setattr("annotator_ui.api.v1.jobs.query", broken)
    reply = program.send("get", "jobs")
    assert problem(reply) == (500, "error", None)
    assert "secret" not in reply.content.decode()


def test_only_addresses_of_programs_get_problem_details():
    assert refusal("/api/jobs/x", 409, "conflict", "No.")[1].keys() == {"code", "message", "where"}
    kind, told = refusal("/api/v1/jobs", 429, "too_many", "Wait.")
    assert kind == "application/problem+json"
    assert told["title"] == "Too Many Requests"


def test_the_same_request_under_a_key_is_done_once_and_answered_alike(program):
    first = program.send("post", "jobs", key="k", name="Birds")
    again = program.send("post", "jobs", key="k", name="Birds")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Job.objects.count() == 1
    program("post", "jobs", name="Birds")
    assert Job.objects.count() == 2  # without a key each is another one


def test_another_request_under_the_key_is_refused(program):
    made = program.send("post", "jobs", key="k", name="Birds").json()["slug"]
    refused = (409, "key_reused", "Idempotency-Key")
    assert problem(program.send("post", "jobs", key="k", name="Cats")) == refused
    assert problem(program.send("post", "copy", made, key="k")) == refused
    assert Job.objects.count() == 1


def test_a_key_is_ones_own(program, rita):
    other = make_job()
    join(other, rita, "manager")
    made = program.send("post", "jobs", key="k", name="Birds").json()["slug"]
    reply = Program(rita).send("post", "actions", other.slug, key="k", action="cancel")
    assert reply.json()["slug"] == other.slug != made


def test_what_failed_is_not_kept_and_may_be_tried_again(job, program, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(setup.events, "record", full)
        assert problem(program.send("post", "jobs", key="k", name="Birds"))[:2] == (
            507,
            "disk_full",
        )
    assert not IdempotentRequest.objects.exists()
    assert Job.objects.count() == 1  # the half of it was taken back
    assert program.send("post", "jobs", key="k", name="Birds").status_code == 201


@pytest.mark.parametrize("key", ["x" * 65, "two words", "é"])
def test_a_key_that_is_none_is_refused(program, key):
    reply = program.send("post", "jobs", key=key, name="Birds")
    assert problem(reply) == (400, "invalid", "Idempotency-Key")


def test_a_key_is_forgotten_after_a_day(program):
    program.send("post", "jobs", key="k", name="Birds")
    idempotency.forget(timezone.now() + timedelta(hours=23))
    assert IdempotentRequest.objects.count() == 1
    idempotency.forget(timezone.now() + timedelta(hours=25))
    assert IdempotentRequest.objects.count() == 0


def test_events_are_heard_from_where_one_stopped(job, program):
    last = program("get", "events", job.slug)["items"][-1]["id"]
    program("post", "actions", job.slug, action="start")
    program("post", "actions", job.slug, action="pause")
    fresh = program("get", "events", job.slug, after=last)["items"]
    assert [one["kind"] for one in fresh][:1] == ["job_started"]
    assert fresh[-1]["kind"] == "job_paused"
    assert (fresh[-1]["actor"], fresh[-1]["text"]) == ("mona", "Job paused")
    only = program("get", "events", job.slug, kind="job_paused")["items"]
    assert [one["id"] for one in only] == [Event.objects.latest("pk").pk]

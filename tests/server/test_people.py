"""Whose allowance a request uses up: its token's owner where programs ask, else its session's."""

import asyncio

import pytest
from django.test import Client

from labeling.jobs import tokens
from labeling.models import ApiToken
from labeling.server import bodies
from labeling.server.bridge import Bridge
from labeling.server.people import LONGEST, Credential, People, credential_of
from labeling.server.turns import Allowance
from tests.factories import person
from tests.server.asking import ask, serving, status

FEW, FEWER = (Allowance(threads=n, waiting=10, at_once=0, rate=0, burst=0) for n in (2, 1))


def scope(path: str, **headers: str) -> dict:
    return {
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def test_a_token_counts_where_programs_ask_and_only_there():
    sent = {"authorization": "Bearer bxw_x", "cookie": "session=abc"}
    assert credential_of(scope("/api/v1/jobs", **sent)) == Credential("bxw_x", is_token=True)
    for path in ("/api/jobs/x/uploads", "/", "/api/v1", "/API/v1/jobs"):
        assert credential_of(scope(path, **sent)) == Credential("abc")
    assert credential_of(scope("/api/v1/jobs", cookie="session=abc")) == Credential("abc")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "bxw_x"])
def test_with_a_header_that_is_no_token_the_session_counts_for_nothing(header):
    found = credential_of(scope("/api/v1/jobs", authorization=header, cookie="session=abc"))
    assert not found


def test_a_header_without_end_is_cut():
    found = credential_of(scope("/api/v1/jobs", authorization=f"bearer {'x' * 9000}"))
    assert found == Credential("x" * LONGEST, is_token=True)


@pytest.mark.django_db(transaction=True)
def test_a_token_is_its_owners_until_it_ends():
    owner = person("mona")
    row, secret = tokens.make(owner, "x", "read", 1)

    def whose(text: str) -> str | None:
        return asyncio.run(People().ask(Credential(text, is_token=True)))

    assert whose(secret) == str(owner.pk)
    assert whose("bxw_x") is None
    client = Client()
    client.force_login(owner)
    assert whose(client.cookies["session"].value) is None  # a session is no token
    assert asyncio.run(People().ask(Credential(secret))) is None  # nor the other way round
    tokens.revoke(ApiToken.objects.filter(pk=row.pk))
    assert whose(secret) is None


@pytest.mark.django_db(transaction=True)
def test_files_are_taken_by_token_and_refused_without_as_problem_details():
    _, secret = tokens.make(person("mona"), "x", "manage", 1)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(len(environ["wsgi.input"].read())).encode()]

    path = "/api/v1/jobs/x/uploads"
    with serving(Bridge(app, FEW, FEWER)) as port:
        body = b"x" * (bodies.largest("/api/v1/jobs") + 1)
        taken = ask(port, path, body, f"authorization: Bearer {secret}\r\n")
        assert f"\r\n{len(body)}\r\n".encode() in taken
        refused = ask(port, path, b"x", "authorization: Bearer bxw_x\r\n")
        assert status(refused) == 401
        assert b"application/problem+json" in refused
        assert b'"detail"' in refused
        assert status(ask(port, "/api/v1/jobs", body)) == 413

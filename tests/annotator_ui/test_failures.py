"""Whatever goes wrong is told in words: strange addresses, a locked database, a full disk."""

import logging
import re
import sqlite3
import time

import pytest
import requests
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from annotator_ui.failures import BUSY, FULL, NO_SUCH, TOO_MUCH, failure_of
from labeling.models import Member
from tests.annotator_ui import test_access
from tests.browser.serving import Backstage, Served

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "9" * 30
STRANGE = (
    f"?q={'a' * 5000}",
    "?q=" + "+".join(f"w{i}" for i in range(2500)),
    "?q=%00",
    "?q=a%00b",
    f"?job={LONG}",
    "?job=%00",
    f"?p={LONG}",
    "?p=-1",
    f"?o={LONG}",
    f"?id__in={LONG}",
    "?is_active__exact=%00",
    "?_facets=1",
    "?kind=%00",
    f"?round={LONG}",
)


busy = test_access.busy


@pytest.fixture(params=["a superuser", "a project admin"])
def admin_browser(request, mona, django_user_model) -> Client:
    """A browser of somebody who may ask everything."""
    user = mona
    if request.param == "a superuser":
        user = django_user_model.objects.create_superuser("root", password="a long password")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_ids_of_thirty_digits_and_strange_filters_are_no_mistake_of_the_program(
    busy, admin_browser
):
    for name, url in test_access.addresses(busy):
        if number := re.search(r"/(\d+)(/|$)", url):
            strange = f"{url[: number.start(1)]}{LONG}{url[number.end(1) :]}"
            for method in ("get", "post", "put", "delete"):
                call = getattr(admin_browser, method)
                reply = call(strange, {}, content_type="application/json")
                assert reply.status_code < 500, (method, strange)
        if "changelist" in name:
            for query in STRANGE:
                reply = admin_browser.get(url + query)
                assert reply.status_code < 500, url + query[:60]


@pytest.mark.parametrize("username", ["u" * 300, "u\0x", "u" * 30_000])
def test_no_name_breaks_the_sign_in_page(username):
    page = Client(raise_request_exception=False)
    reply = page.post(reverse("login"), {"username": username, "password": "wrong"})
    assert reply.status_code == 200
    said = reply.content.decode()
    assert any(word in said for word in ("at most 150", "Null characters"))


def test_errors_of_the_api_are_json_whoever_raised_them(job, alice):
    stranger, hers = Client(), Client(enforce_csrf_checks=True)
    hers.force_login(alice)
    claim = reverse("claim", args=[job.slug])
    for client, method, url, status, code in (
        (hers, "get", "/api/nothing/here", 404, "not_found"),
        (hers, "get", reverse("image-file", args=[999]), 404, "not_found"),
        (hers, "post", reverse("image-file", args=[999]), 403, "not_allowed"),
        (hers, "post", claim, 403, "permission_denied"),
        (hers, "get", claim, 405, "method_not_allowed"),
        (hers, "get", "/api/preferences?a=%00", 400, "invalid"),
        (stranger, "post", reverse("image-file", args=[999]), 401, "signed_out"),
        (stranger, "get", reverse("transfer-file", args=[1]), 401, "signed_out"),
        (stranger, "get", "/api/nothing/here", 404, "not_found"),
    ):
        reply = getattr(client, method)(url)
        assert reply.status_code == status, url
        assert set(reply.json()) == {"code", "message", "where"}, url
        assert reply.json()["code"] == code, url
    assert "Allow" in hers.get(claim)


def test_nothing_personal_stays_in_a_browser(busy, alice):
    client = Client()
    client.force_login(alice)
    for url in ("/", reverse("history", args=[busy.slug]), "/api/preferences", "/api/nothing"):
        assert "no-store" in client.get(url)["Cache-Control"], url
    assert "no-store" in Client().get("/")["Cache-Control"]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (OperationalError("database is locked"), BUSY),
        (OperationalError("canceling statement due to lock timeout"), BUSY),
        (OperationalError('connection to server at "db", port 5432 failed'), BUSY),
        (OperationalError("FATAL: sorry, too many clients already"), BUSY),
        (OperationalError("database or disk is full"), FULL),
        (OperationalError('could not extend file "base": No space left on device'), FULL),
        (OSError(28, "No space left on device"), FULL),
        (OperationalError("Expression tree is too large (maximum depth 1000)"), TOO_MUCH),
        (OperationalError("too many SQL variables"), TOO_MUCH),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), NO_SUCH),
        (DataError("value too long for type character varying(255)"), NO_SUCH),
        (OperationalError("no such table: labeling_job"), None),
        (OperationalError("disk I/O error"), None),
        (KeyError("x"), None),
    ],
)
def test_what_failed_is_told_apart(error, failure):
    assert failure_of(error) is failure


@pytest.mark.parametrize("said", ["database is locked", "no such column: nonsense"])
def test_a_failing_database_leaves_its_trace_in_the_log(job, alice, monkeypatch, caplog, said):
    def fail(*_args, **_more):
        raise OperationalError(said)

    client = Client(raise_request_exception=False)
    client.force_login(alice)
    monkeypatch.setattr(Member.objects, "filter", fail)
    with caplog.at_level(logging.WARNING):
        page, api = client.get("/"), client.get(reverse("snapshot", args=[job.slug]))
    known = "locked" in said
    assert (page.status_code, api.status_code) == ((503, 503) if known else (500, 500))
    assert api.json()["code"] == ("busy" if known else "error")
    assert sum(record.exc_info is not None for record in caplog.records) == 2
    if known:
        assert "The server is busy" in page.content.decode()
        assert page["Retry-After"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows, not itself")
def test_a_database_locked_for_long_is_told_within_ten_seconds_everywhere(tmp_path):
    served = Served(tmp_path)
    served.start()
    backstage = Backstage(served.env)
    try:
        backstage("person", name="marta")
        slug = backstage(
            "job",
            name="Locked",
            images=4,
            members=["marta/annotator"],
            assist=False,
            annotators_per_image=1,
            pilot_size=4,
        )
        signed_in = requests.Session()
        signed_in.cookies["session"] = backstage("session", name="marta")
        signed_in.get(f"{served.url}/jobs/{slug}/work", timeout=20)
        stranger = requests.Session()
        stranger.get(f"{served.url}/accounts/login/", timeout=20)
        held = sqlite3.connect(tmp_path / "data" / "boxwise.sqlite3", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        try:
            for client, url, body in (
                (stranger, "/accounts/login/", {"username": "marta", "password": "wrong"}),
                (
                    stranger,
                    "/accounts/login/",
                    {"username": "marta", "password": "marta-open-sesame"},
                ),
                (signed_in, f"/api/jobs/{slug}/assignments/claim", {}),
            ):
                began = time.monotonic()
                token = client.cookies["csrf"]
                how = (
                    {"json": body}
                    if "/api/" in url
                    else {"data": {**body, "csrfmiddlewaretoken": token}}
                )
                reply = client.post(
                    served.url + url, headers={"X-CSRFToken": token}, timeout=30, **how
                )
                assert time.monotonic() - began < 10
                assert reply.status_code == 503
                assert "The server is busy" in reply.text
            work = signed_in.get(f"{served.url}/jobs/{slug}/work", timeout=9)
            assert work.status_code == 200  # it only reads
        finally:
            held.execute("ROLLBACK")
            held.close()
        claim = f"{served.url}/api/jobs/{slug}/assignments/claim"
        headers = {"X-CSRFToken": signed_in.cookies["csrf"]}
        assert signed_in.post(claim, json={}, headers=headers, timeout=20).json()["assignments"]
    finally:
        backstage.close()
        served.stop()

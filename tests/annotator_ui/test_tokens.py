"""Access tokens: shown once, kept as a digest, limited by scope and by what their owner may do."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.jobs import tokens
from labeling.kernel import token_text
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import ApiToken, Member
from tests.factories import join, make_job
from tests.programs import Program, problem

pytestmark = pytest.mark.django_db(transaction=True)
PATTERN = re.compile(r"bxw_[0-9A-Za-z]{49}")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_token_has_256_random_bits_and_a_checksum_that_finds_typing_errors():
    made = {token_text.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert 62**token_text.RANDOM >= 2**256
    for secret in made:
        assert PATTERN.fullmatch(secret)
        assert token_text.is_well_formed(secret)
        wrong = "a" if secret[10] != "a" else "b"
        assert not token_text.is_well_formed(f"{secret[:10]}{wrong}{secret[11:]}")
    assert not any(map(token_text.is_well_formed, ("", "bxw_", "bxw_é", secret[4:], secret + "0")))


def test_only_the_digest_of_a_token_is_kept(mona):
    row, secret = tokens.make(mona, " Nightly export ", "read", 30)
    stored = ApiToken.objects.values().get(pk=row.pk)
    assert not any(secret in str(value) for value in stored.values())
    assert (stored["name"], stored["prefix"]) == ("Nightly export", secret[:8])
    assert stored["digest"] == token_text.digest(secret)
    assert tokens.found(secret) == row


@pytest.mark.parametrize(
    ("name", "scope", "days", "where"),
    [
        ("", "read", 1, "name"),
        ("x" * 81, "read", 1, "name"),
        ("x", "admin", 1, "scope"),
        ("x", "read", 0, "days"),
        ("x", "read", 366, "days"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_with_its_place(mona, name, scope, days, where):
    with pytest.raises(Invalid) as refused:
        tokens.make(mona, name, scope, days)
    assert refused.value.where == where


def test_a_person_has_so_many_usable_tokens_at_most(mona):
    for _ in range(tokens.MOST):
        row, _ = tokens.make(mona, "x", "read", 1)
    with pytest.raises(Conflict):
        tokens.make(mona, "x", "read", 1)
    tokens.revoke(ApiToken.objects.filter(pk=row.pk))
    tokens.make(mona, "x", "read", 1)


def test_the_database_refuses_an_unknown_scope_and_an_end_before_the_beginning(mona):
    now = timezone.now()
    for change in ({"scope": "admin"}, {"expires_at": now - timedelta(days=1)}):
        fields = {"digest": "0" * 64, "scope": "read", "expires_at": now + timedelta(days=1)}
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.create(owner=mona, created_at=now, **{**fields, **change})


def test_a_token_opens_the_api_for_programs_and_nothing_else(job, mona):
    program = Program(mona)
    assert program("get", "job", job.slug)["roles"] == ["manager"]
    headers = program.headers
    for address, expected in (
        ("/", 302),
        ("/settings/tokens", 302),
        (f"/jobs/{job.slug}/", 302),
        (reverse("admin:index"), 302),
        (reverse("snapshot", args=[job.slug]), 401),
        (reverse("image-file", args=[job.images.first().pk]), 401),
        ("/api/schema", 401),
    ):
        assert Client().get(address, headers=headers).status_code == expected, address


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer bxw_x", "Basic bW9uYTptb25h", "Token {}", "Bearer {} x", "{}"],
)
def test_a_header_that_is_no_token_is_refused_even_beside_a_session(job, mona, header):
    _, secret = tokens.make(mona, "x", "read", 1)
    reply = signed_in(mona).get(
        reverse("v1-jobs"), headers={"Authorization": header.format(secret)}
    )
    assert problem(reply) == (401, "bad_token", None)
    assert reply["WWW-Authenticate"].startswith("Bearer")
    assert secret not in reply.content.decode()


def test_who_brings_nothing_is_told_what_to_bring(client):
    reply = client.get(reverse("v1-jobs"))
    assert problem(reply) == (401, "bad_token", None)
    assert "Authorization: Bearer" in reply.json()["detail"]


def test_with_both_the_token_counts_and_the_session_does_not(job, mona, alice):
    program = Program(alice, client=signed_in(mona))
    assert program("get", "me")["username"] == "alice"
    assert program.send("get", "events", job.slug).status_code == 403


def test_sessions_go_on_to_work_and_need_the_csrf_token_to_write(job, mona):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mona)
    assert client.get(reverse("v1-job", args=[job.slug])).status_code == 200
    sent = {"action": "cancel"}
    url = reverse("v1-actions", args=[job.slug])
    reply = client.post(url, sent, content_type="application/json")
    assert problem(reply)[0] == 403
    job.refresh_from_db()
    assert job.state == "draft"
    client.get("/settings/tokens")
    key = {"X-CSRFToken": client.cookies["csrf"].value}
    assert client.post(url, sent, content_type="application/json", headers=key).status_code == 200


def test_a_token_for_reading_changes_nothing(job, mona):
    program = Program(mona, "read")
    program("get", "job", job.slug)
    for method, name, *at in (
        ("post", "jobs"),
        ("patch", "job", job.slug),
        ("post", "actions", job.slug),
        ("post", "copy", job.slug),
        ("post", "exports", job.slug),
        ("post", "uploads", job.slug),
        ("put", "upload-part", job.slug, "ab" * 16, 0),
        ("patch", "image", job.images.first().pk),
        ("delete", "member", job.slug, job.members.first().pk),
    ):
        assert problem(program.send(method, name, *at)) == (403, "permission_denied", None), name


def test_a_token_never_may_more_than_its_owner(job, alice, rita, mona):
    reviewing = ("images", "labels", "predictions", "audits", "rounds")
    for user, allowed in ((alice, ()), (rita, reviewing)):
        program = Program(user)
        for name in (*reviewing, "members", "events"):
            told = program.send("get", name, job.slug).status_code
            assert told == (200 if name in allowed else 403), name
        for name in ("exports", "imports", "members", "classes", "actions"):
            assert program.send("post", name, job.slug).status_code == 403, name
    # with the role, but without the right to do it by hand in the admin
    join(job, rita, "manager")
    assert problem(Program(rita).send("post", "classes", job.slug, name="x"))[:2] == (
        403,
        "not_allowed",
    )
    assert Program(mona)("post", "classes", job.slug, name="bird")["name"] == "bird"
    Member.objects.filter(job=job, user=mona).delete()
    assert Program(mona).send("get", "job", job.slug).status_code == 404


def test_only_managers_are_told_the_options_of_a_job(job, alice, rita, mona):
    told = {who: Program(who, "read")("get", "job", job.slug)["options"] for who in (alice, rita)}
    assert told == {alice: None, rita: None}
    assert Program(mona, "read")("get", "job", job.slug)["options"]["honeypot_percent"] == 0


def test_a_program_gets_the_document_of_what_is_for_programs(alice, client):
    program = Program(alice, "read")
    reply = program.send("get", "schema")
    assert reply.status_code == 200
    paths = re.findall(r"^  (/\S+):$", reply.content.decode(), re.M)
    assert len(paths) > 25
    assert all(path.startswith("/api/v1/") for path in paths)
    assert client.get(reverse("v1-schema")).status_code == 401


def test_a_superusers_token_reaches_every_job(job):
    root = get_user_model().objects.create_superuser("root", password="x")
    assert Program(root, "read")("get", "jobs")["items"][0]["slug"] == job.slug


def test_a_token_ends_when_revoked_expired_or_with_its_owners_account(mona):
    revoked, expired, left = Program(mona), Program(mona), Program(mona)
    tokens.revoke(ApiToken.objects.filter(pk=revoked.token.pk))
    assert problem(revoked.send("get", "me"))[1] == "bad_token"
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert problem(expired.send("get", "me"))[1] == "bad_token"
    left("get", "me")
    get_user_model().objects.filter(pk=mona.pk).update(is_active=False)
    assert problem(left.send("get", "me"))[1] == "bad_token"


def test_the_last_use_is_kept_to_the_minute_and_written_once_in_it(mona, django_assert_num_queries):
    program = Program(mona)
    program("get", "me")
    row = ApiToken.objects.get(pk=program.token.pk)
    assert row.last_used_at == timezone.now().replace(second=0, microsecond=0)
    with django_assert_num_queries(0):
        tokens.used(row)


def test_a_database_that_cannot_write_refuses_no_reader(mona, monkeypatch):
    program = Program(mona)

    def full(*_: object, **__: object) -> int:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("django.db.models.query.QuerySet.update", full)
    assert program("get", "me")["username"] == "mona"


def test_no_log_line_holds_a_token(mona, job, caplog):
    caplog.set_level(logging.DEBUG)
    program = Program(mona)
    program("get", "me")
    program.send("get", "job", "nowhere")
    signed_in(mona).post(reverse("tokens"), {"name": "x", "scope": "read", "days": 7})
    assert caplog.records
    assert not PATTERN.search(caplog.text)


def test_the_page_shows_a_new_token_once(mona):
    client = signed_in(mona)
    page = client.post(reverse("tokens"), {"name": "Export", "scope": "manage", "days": 30})
    (secret,) = set(PATTERN.findall(page.content.decode()))
    assert tokens.found(secret).scope == "manage"
    assert page["Cache-Control"] == "no-store"
    again = client.get(reverse("tokens")).content.decode()
    assert not PATTERN.search(again)
    assert "Export" in again
    assert secret[:8] in again


def test_the_page_says_what_is_wrong_with_a_token(mona):
    page = signed_in(mona).post(reverse("tokens"), {"name": "", "scope": "all", "days": 5000})
    assert page.status_code == 200
    assert page.content.decode().count("field-error") == 3
    assert not ApiToken.objects.exists()


def test_only_the_owner_revokes_on_the_page(mona, rita):
    program = Program(mona)
    url = reverse("token-revoke", args=[program.token.pk])
    assert signed_in(rita).post(url).status_code == 404
    program("get", "me")
    assert signed_in(mona).post(url).status_code == 302
    assert program.send("get", "me").status_code == 401
    assert "Revoked" in signed_in(mona).get(reverse("tokens")).content.decode()


def test_superusers_see_and_revoke_everybodys_tokens_and_project_admins_none(mona, alice):
    program = Program(alice)
    make_job()
    root = get_user_model().objects.create_superuser("root", password="x")
    listed = reverse("admin:labeling_apitoken_changelist")
    assert signed_in(mona).get(listed).status_code == 403
    client = signed_in(root)
    page = client.get(listed).content.decode()
    assert program.secret[:8] in page
    assert program.token.digest not in page
    one = client.get(reverse("admin:labeling_apitoken_change", args=[program.token.pk]))
    assert program.token.digest not in one.content.decode()
    client.post(listed, {"action": "revoke_tokens", "_selected_action": [program.token.pk]})
    assert program.send("get", "me").status_code == 401

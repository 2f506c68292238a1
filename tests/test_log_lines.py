"""What the log says: one line, not endless; a browser that goes away is no error."""

import io
import logging

import pytest
from django.test import Client

from labeling.log_lines import ShortLine

pytestmark = pytest.mark.django_db


class Broken(io.BytesIO):
    """A body whose sender is gone."""

    def read(self, *_: object) -> bytes:
        raise ConnectionAbortedError("gone")


@pytest.fixture
def client(django_user_model):
    ours = Client(raise_request_exception=False)
    ours.force_login(django_user_model.objects.create_user("marta"))
    return ours


def put_and_go_away(client: Client) -> None:
    client.put(
        "/api/preferences",
        b"{}",
        content_type="application/json",
        **{"wsgi.input": Broken(), "CONTENT_LENGTH": "500"},
    )


def test_one_line_without_a_traceback(caplog, client) -> None:
    with caplog.at_level(logging.INFO):
        put_and_go_away(client)
    lines = [r for r in caplog.records if r.name == "django.request"]
    assert [(r.levelname, r.getMessage(), r.exc_info) for r in lines] == [
        ("INFO", "The browser went away in the middle of /api/preferences", None)
    ]


def test_none_where_only_warnings_are_asked_for(caplog, client) -> None:
    with caplog.at_level(logging.WARNING):
        put_and_go_away(client)
    assert [r for r in caplog.records if r.name == "django.request"] == []


def test_real_faults_keep_their_traceback(caplog, client, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("labeling.jobs.preferences.user_preferences", fail)
    client.get("/api/preferences")
    (record,) = [r for r in caplog.records if r.name == "django.request"]
    assert record.levelname == "ERROR" and record.exc_info


def test_a_line_of_the_log_is_one_line_and_not_endless() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", ("a\nb" * 9000,), None)
    assert ShortLine().filter(record)
    said = record.getMessage()
    assert len(said) < 1100
    assert "\n" not in said and said.startswith("Not Found: a\\nb")
    assert said.endswith("(27011 characters)")


def test_a_message_of_one_line_is_left_alone() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s saw %d", ("Zoë", 3), None)
    assert ShortLine().filter(record)
    assert (record.msg, record.args) == ("%s saw %d", ("Zoë", 3))


def test_every_line_of_the_terminal_goes_through_it(settings) -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["short"]

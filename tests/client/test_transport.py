"""The client's connection: lost answers, busy servers, downloads that break off."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from boxwise.errors import BoxwiseError, NotFound, Unreachable
from boxwise.files import PART_FILES, multipart, portions
from boxwise.transport import Transport
from django.test import RequestFactory

from tests import client_types
from tests.documented import document


class Line:
    """What a session's requests get, one after the other: a reply, or an error to raise."""

    def __init__(self, *given: Any) -> None:
        self.given, self.sent = list(given), []

    def __call__(self, method: str, url: str, **how: Any) -> Any:
        self.sent.append((method, url, how))
        answer = self.given.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reply(status: int, content: bytes = b"{}", breaks: bool = False, **headers: str) -> Any:
    """A reply; with `breaks` its content ends in the middle."""
    made = requests.Response()
    made.status_code, made.url, made.reason = status, "http://x/api/v1/me", "?"
    made.headers.update({"Content-Length": str(len(content)), **headers})
    pieces = [content[: len(content) // 2]] if breaks else [content]
    made._content = content
    made.iter_content = lambda size: iter(pieces)  # type: ignore[method-assign]
    return made


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


def transport(line: Line, **how: Any) -> Transport:
    made = Transport("http://x/", "bxw_secret", **how)
    made.session.request = line  # type: ignore[assignment]
    return made


def test_a_post_keeps_its_key_over_all_tries_and_the_next_has_another(waits):
    line = Line(
        requests.ConnectionError("lost"), reply(503), requests.Timeout(), reply(200), reply(200)
    )
    asked = transport(line)
    asked.call("POST", "jobs", json={"name": "x"})
    asked.call("POST", "jobs", json={"name": "x"})
    keys = [how["headers"]["Idempotency-Key"] for _, _, how in line.sent]
    assert len(set(keys[:4])) == 1
    assert keys[4] != keys[0]
    assert uuid.UUID(keys[0])


def test_what_is_gone_when_removing_is_tried_again_was_removed(waits):
    transport(Line(requests.Timeout(), reply(404))).call("DELETE", "webhooks/1")
    with pytest.raises(NotFound):
        transport(Line(reply(404))).call("DELETE", "webhooks/1")


def test_a_busy_server_says_how_long_to_wait(waits):
    transport(Line(reply(429, **{"Retry-After": "7"}), reply(200))).call("GET", "me")
    assert waits == [7.0]


def test_waits_grow_and_end(waits):
    with pytest.raises(Unreachable):
        transport(Line(*[reply(502)] * 8)).call("GET", "me")
    assert len(waits) == 7
    assert waits[-1] > waits[0]
    assert max(waits) <= 30


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500, 507])
def test_what_asking_again_would_not_change_is_not_asked_again(waits, status):
    line = Line(reply(status, b"<html>"))
    with pytest.raises(BoxwiseError) as refused:
        transport(line).call("GET", "me")
    assert refused.value.status == status
    assert len(line.sent) == 1


def test_a_redirect_is_not_followed_with_the_token(waits):
    line = Line(reply(301, Location="http://elsewhere/"))
    with pytest.raises(BoxwiseError, match="301"):
        transport(line).call("POST", "jobs", json={})
    assert line.sent[0][2]["allow_redirects"] is False


def test_the_token_is_in_the_header_alone(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine x login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    session = Transport("http://x", " bxw_secret\n").session
    sent = session.prepare_request(requests.Request("GET", "http://x/api/v1/me"))
    assert sent.headers["Authorization"] == "Bearer bxw_secret"
    assert "bxw" not in str(sent.url)


@pytest.mark.parametrize("end", [requests.ConnectionError("lost"), None])
def test_a_download_goes_on_where_it_broke_off(waits, tmp_path, end):
    half = [reply(200, b"01234567", breaks=True), *([end] if end else [])]
    line = Line(*half, reply(206, b"4567"))
    transport(line).download("exports/1/file", tmp_path / "x.json")
    assert (tmp_path / "x.json").read_bytes() == b"01234567"
    assert line.sent[-1][2]["headers"] == {"Range": "bytes=4-"}
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.json"]


def test_a_download_that_cannot_go_on_begins_anew(waits, tmp_path):
    line = Line(reply(200, b"01234567", breaks=True), reply(200, b"01234567"))
    transport(line).download("exports/1/file", tmp_path / "x.json")
    assert (tmp_path / "x.json").read_bytes() == b"01234567"


def test_files_are_sent_as_a_form_that_the_server_reads(tmp_path):
    names = ["a.jpg", 'quote " and % ä.jpg', "empty.jpg"]
    for n, name in enumerate(names):
        (tmp_path / name).write_bytes(b"\r\n--x" * 400_000 if n == 0 else b"y" * (n == 1))
    kind, pieces = multipart([tmp_path / name for name in names], {"boxes": "labels"})
    body = b"".join(pieces)
    request = RequestFactory().generic("POST", "/", body, kind)
    assert request.POST["boxes"] == "labels"
    found = request.FILES.getlist("files")
    assert [one.name for one in found] == names
    assert found[0].read() == (tmp_path / "a.jpg").read_bytes()
    request.close()


def test_an_upload_is_sent_in_portions_by_number_and_size(tmp_path, monkeypatch):
    monkeypatch.setattr("boxwise.files.PART_BYTES", 10)
    files = [tmp_path / str(n) for n in range(5)]
    for file, size in zip(files, (4, 6, 1, 30, 2), strict=True):
        file.write_bytes(b"x" * size)
    sizes = [[file.stat().st_size for file in part] for part in portions(files)]
    assert sizes == [[4, 6], [1], [30], [2]]
    many: list[Path] = [files[2]] * (PART_FILES + 1)
    monkeypatch.setattr("boxwise.files.PART_BYTES", 1 << 20)
    assert [len(part) for part in portions(many)] == [PART_FILES, 1]


def test_the_clients_types_are_those_of_the_document():
    assert client_types.FILE.read_text() == client_types.made(document()), "run `make types`"

"""Django's threads are for work: bodies come whole, and no client is waited for in a thread."""

import json
import socket
import threading
import time
import tracemalloc

import pytest

from labeling.server import bodies
from labeling.server.bridge import THREADS, Bridge
from labeling.server.turns import Allowance
from tests.server.asking import ask, connect, heard, send_slowly, serving, status

PLENTY = Allowance(threads=THREADS, waiting=1000, at_once=0, rate=0, burst=0)
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
SIZE = 8_000_000


class Site:
    """A WSGI application that reads its body whole, and sends a file from /file."""

    def __init__(self, folder):
        self.file = folder / "export.zip"
        self.file.write_bytes(bytes(range(256)) * (SIZE // 256))
        self.read, self.threads = [], set()

    def __call__(self, environ, start_response):
        self.threads.add(threading.current_thread().name)
        self.read.append(environ["wsgi.input"].read())
        if environ["PATH_INFO"] == "/file":
            file = self.file.open("rb")
            file.seek(int(environ["QUERY_STRING"] or 0))
            size = SIZE - file.tell()
            start_response("200 OK", [("Content-Length", str(size))])
            return environ["wsgi.file_wrapper"](file, 100)
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("X-Length", environ["CONTENT_LENGTH"])]
        )
        return [b"read ", str(len(self.read[-1])).encode()]


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


@pytest.fixture
def port(site):
    pace = bodies.Pace(silence=1.0, rate=100_000)
    with serving(Bridge(site, PLENTY, PLENTY, pace)) as number:
        yield number


def body_of(answer: bytes) -> bytes:
    return answer.split(b"\r\n\r\n", 1)[1]


@pytest.mark.parametrize("size", [0, 10, 70_000, 1_500_000])
def test_a_body_arrives_whole(port, site, size):
    sent = bytes(i % 251 for i in range(size))
    assert f"x-length: {size or ''}".encode() in ask(port, body=sent).lower()
    assert site.read == [sent]


def test_a_body_in_chunks_arrives_whole_and_has_a_length(port, site):
    head = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    with connect(port, head + b"5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n") as client:
        assert b"x-length: 10" in heard(client)
    assert site.read == [b"0123456789"]


def test_a_body_broken_off_never_reaches_the_application(port, site):
    connect(port, POST + b"01234").close()
    assert status(ask(port)) == 200
    assert site.read == [b""]


def test_a_body_that_stalls_is_given_up_in_words(port, site):
    with connect(port, POST + b"01234") as client:
        answer = heard(client)
    assert status(answer) == 408
    assert json.loads(body_of(answer))["code"] == "too_slow"
    assert site.read == []


def test_a_body_that_trickles_is_given_up(port, site):
    with connect(port, POST) as client:
        began = time.monotonic()
        sent = send_slowly(client, b"x" * 200, pause=0.05)
    assert sent < 100
    assert time.monotonic() - began < 5
    assert site.read == []


@pytest.mark.parametrize("declared", [True, False])
def test_too_large_a_body_is_refused_in_words(port, site, declared):
    size = 3_000_000
    head = b"POST /api/preferences HTTP/1.1\r\nhost: a\r\n"
    if declared:
        sent = head + b"content-length: %d\r\n\r\n" % size + b"x" * size
    else:
        sent = head + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % size + b"x" * size
    with connect(port, sent) as client:
        answer = heard(client)
    assert status(answer) == 413
    said = json.loads(body_of(answer))
    assert said["code"] == "too_large" and "2.2 MB" in said["message"]
    assert site.read == []


def test_uploads_may_be_large_and_need_a_signed_in_person():
    assert bodies.largest("/api/jobs/birds/uploads") > 2 * 1024**3
    assert bodies.largest("/admin/labeling/job/1/import/") > 2 * 1024**3
    assert bodies.largest("/api/jobs/birds/uploads/ab12/0") > 2 * 1024**3
    assert bodies.largest("/admin/labeling/job/add/") > 2 * 1024**3
    assert bodies.largest("/api/jobs/birds/uploads/ab12/0/x") < 3 * 1024**2
    assert bodies.largest("/accounts/login/") < 3 * 1024**2


def test_strangers_cannot_fill_the_disk(port, site):
    answer = ask(port, "/api/jobs/birds/uploads", b"x" * 3_000_000)
    assert status(answer) == 401
    assert json.loads(body_of(answer))["code"] == "signed_out"
    assert site.read == []


def test_stalled_bodies_hold_no_thread(port):
    stalled = [connect(port, POST + b"x" * 10) for _ in range(5 * THREADS)]
    began = time.monotonic()
    assert status(ask(port, body=b"here")) == 200
    assert time.monotonic() - began < 0.9
    for client in stalled:
        client.close()


def test_slow_downloads_hold_neither_threads_nor_the_file_in_memory(port, site):
    slow = []
    tracemalloc.start()
    for _ in range(5 * THREADS):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET /file HTTP/1.1\r\nhost: a\r\n\r\n")
        slow.append(client)
    began = time.monotonic()
    assert status(ask(port)) == 200
    assert time.monotonic() - began < 2
    time.sleep(0.5)
    assert tracemalloc.get_traced_memory()[0] < 2 * SIZE
    tracemalloc.stop()
    for client in slow:
        client.close()


@pytest.mark.parametrize("start", [0, 7_999_000])
def test_a_file_is_sent_from_where_it_stands(port, site, start):
    assert body_of(ask(port, f"/file?{start}")) == site.file.read_bytes()[start:]


def test_head_gets_no_body(port):
    with connect(port, b"HEAD /file HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") as client:
        answer = heard(client)
    assert f"content-length: {SIZE}".encode() in answer.lower()
    assert body_of(answer) == b""


def test_long_addresses_are_refused_in_words(port, site):
    answer = ask(port, "/" + "x" * 8200)
    assert status(answer) == 414
    assert site.read == []


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_hyphen(port, site):
    seen = []

    def look(environ, start_response):
        seen.append(environ.get("HTTP_X_FORWARDED_PROTO"))
        start_response("200 OK", [])
        return [b""]

    with serving(Bridge(look, PLENTY, PLENTY)) as number:
        ask(number, headers="x_forwarded_proto: https\r\n")
    assert seen == [None]


def test_threads_live_on(port, site):
    for _ in range(30):
        ask(port)
    assert len(site.threads) <= THREADS

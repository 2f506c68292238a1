"""Connections under limits: endless headers, silent and unreading clients, and too many of them."""

import socket
import time

import pytest

from labeling.server import connections
from tests.server.asking import ask, connect, heard, hello, send_on, send_slowly, serving, status

HEAD = b"POST / HTTP/1.1\r\nhost: localhost\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


@pytest.fixture
def port(monkeypatch):
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(connections, "STALL_SECONDS", 0.5)
    with serving(hello) as number:
        yield number


@pytest.mark.parametrize(
    ("begun", "part"),
    [
        (HEAD + b"x-endless: ", b"x" * 1000),
        (HEAD, b"x-again: 1\r\n" * 100),
        (b"GET /", b"x" * 1000),
        (b"", b"\r\n" * 500),
        (CHUNKED + b"1;", b"x" * 1000),
        (CHUNKED + b"1\r\nx\r\n0\r\nx-trailer: ", b"x" * 1000),
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"x-trailer: 1\r\n" * 100),
    ],
    ids=["value", "lines", "address", "blank lines", "chunk", "trailer", "trailers"],
)
def test_what_never_ends_is_refused_before_it_fills_the_memory(port, begun, part):
    with connect(port, begun) as client:
        sent = send_on(client, part, 5_000_000)
        assert sent < 5_000_000  # the system's own buffers take a few hundred KB
    assert status(ask(port)) == 200


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /" + b"x" * 60_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n", 414),
        (b"GET /?" + b"x" * 60_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n", 414),
        (HEAD + b"x: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (HEAD + b"x: 1\r\n" * 20_000 + b"\r\n", 431),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_a_header_that_is_too_long_is_named(port, request_, expected):
    with connect(port, request_) as client:
        assert status(heard(client)) == expected


@pytest.mark.parametrize(
    "begun", [b"", b"\r\n", b"GET / HT", HEAD], ids=["", "line", "url", "head"]
)
def test_a_connection_whose_request_does_not_come_is_ended(port, begun):
    with connect(port, begun) as client:
        began = time.monotonic()
        assert heard(client) == b""
        assert time.monotonic() - began < 5


def test_a_header_sent_byte_by_byte_is_ended_all_the_same(port):
    with connect(port, HEAD) as client:
        assert send_slowly(client, b"x: 1\r\n" * 100) < 600


def test_a_second_request_on_a_connection_has_the_same_time(port):
    with connect(port, HEAD + b"content-length: 0\r\n\r\n") as client:
        assert client.recv(1000).endswith(b"0 bytes")
        assert send_slowly(client, HEAD + b"x: 1\r\n" * 100) < 600


@pytest.mark.parametrize("piece", [8_000_000, 50_000], ids=["last piece", "in the middle"])
def test_a_client_that_does_not_read_is_ended(monkeypatch, piece):
    size = 8_000_000

    async def much(scope, receive, send):
        headers = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for at in range(0, size, piece):
            more = at < size - piece
            await send({"type": "http.response.body", "body": b"x" * piece, "more_body": more})

    monkeypatch.setattr(connections, "STALL_SECONDS", 0.5)
    with serving(much) as number, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", number))
        client.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        time.sleep(3)
        assert len(heard(client)) < size


def test_a_thousand_idle_connections_leave_room_for_the_next(port):
    idle = []
    try:
        for _ in range(1001):
            idle.append(connect(port))
        assert status(ask(port)) == 200
    finally:
        for client in idle:
            client.close()


def test_the_most_silent_connection_makes_room(monkeypatch):
    monkeypatch.setattr(connections, "PER_ADDRESS", 3)
    with serving(hello) as number:
        first, second, third = [connect(number, HEAD) for _ in range(3)]
        time.sleep(0.2)
        first.sendall(b"x: 1\r\n")  # so the second one is the most silent
        time.sleep(0.2)
        assert status(ask(number)) == 200
        assert heard(second) == b""
        for client in (first, third):
            client.sendall(b"content-length: 0\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            client.close()
        second.close()

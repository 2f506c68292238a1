"""A web server in this process, and clients on bare sockets that behave badly."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from labeling.server.connections import Connection, limited


@contextlib.contextmanager
def serving(app: Any, most: int = 4000) -> Iterator[int]:
    """The application behind our connections, on a free port."""
    config = uvicorn.Config(
        app,
        http=limited(most),
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
            for near in list(Connection.everyone.by_address.values()):
                for connection in list(near):
                    connection.transport.abort()


def connect(port: int, sent: bytes = b"") -> socket.socket:
    """A client that says this much."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(sent)
    return client


def heard(client: socket.socket) -> bytes:
    """All that the server says until it closes."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(1 << 16):
            said += part
    return said


def ask(port: int, path: str = "/", body: bytes = b"", headers: str = "") -> bytes:
    """One whole request's answer."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}"
    with connect(port, f"{head}content-length: {len(body)}\r\n\r\n".encode() + body) as client:
        return heard(client)


def status(answer: bytes) -> int:
    """The answer's number; 0 where the connection ended without one."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def send_on(client: socket.socket, part: bytes, most: int) -> int:
    """Send one thing again and again until the server has enough; how many bytes it took."""
    sent = 0
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while sent < most:
            client.sendall(part)
            sent += len(part)
            time.sleep(0)
    return sent


def send_slowly(client: socket.socket, data: bytes, pause: float = 0.02) -> int:
    """How many of these bytes could be sent, one after each pause."""
    for sent in range(len(data)):
        try:
            client.sendall(data[sent : sent + 1])
        except (ConnectionResetError, BrokenPipeError):
            return sent
        time.sleep(pause)
    return len(data)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads everything and answers with what it has read."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await asyncio.sleep(0)
    body = f"{size} bytes".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

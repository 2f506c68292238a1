"""One HTTP/1.1 connection under limits: how long its header, how slow its client, how many.

uvicorn's protocol bounds neither the bytes of a header nor the time it may take, and lets go of a
client that stopped reading only when its machine does.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from labeling.server.addresses import Network, household, is_in
from labeling.server.bridge import LONGEST_TARGET

LONGEST_HEADER = 1 << 16  # bytes of all header lines together; browsers and proxies send a few KB
OVERHEAD = 32  # bytes that a line costs besides its own (RFC 9113, 6.5.2)
HEADER_SECONDS = 30.0  # from a request's first byte, or from the connection, to its last header
STALL_SECONDS = 60.0  # that a client may take for a piece of an answer
PER_ADDRESS = 512  # connections; a newcomer ends the one that has been silent for longest


class Connections:
    """All connections of this process; looks after them once a second while there are any."""

    def __init__(self, most: int, trusted: Sequence[Network] = ()) -> None:
        self.most, self.trusted = most, trusted
        self.by_address: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        self.count = 0
        self.timer: asyncio.TimerHandle | None = None

    def add(self, connection: "Connection") -> None:
        """Take it in; where that is one too many, the most silent one makes room."""
        near = self.by_address[connection.address]
        if len(near) >= PER_ADDRESS and not is_in(connection.address, self.trusted):
            _end_most_silent(near)
        elif self.count >= self.most:
            _end_most_silent({c: None for group in self.by_address.values() for c in group})
        self.by_address[connection.address][connection] = None
        self.count += 1
        if self.timer is None:
            self.timer = connection.loop.call_later(1.0, self._look_after)

    def remove(self, connection: "Connection") -> None:
        """It has ended, or became a WebSocket."""
        near = self.by_address.get(connection.address, {})
        if connection in near:
            del near[connection]
            self.count -= 1
        if not near:
            self.by_address.pop(connection.address, None)

    def _look_after(self) -> None:
        self.timer, now = None, time.monotonic()
        for near in list(self.by_address.values()):
            for connection in list(near):
                connection.end_if_stalled(now)
                self.timer = self.timer or connection.loop.call_later(1.0, self._look_after)


def _end_most_silent(candidates: "dict[Connection, None]") -> None:
    waiting = [c for c in candidates if not c.is_worked_on()]
    if waiting:
        min(waiting, key=lambda c: c.heard_at).end()


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, with limits."""

    everyone: Connections
    address = ""
    unread = 0  # bytes that neither completed a header nor belong to a body
    header_bytes = 0
    whole = False  # whether the latest request has come whole
    refusal = HTTPStatus.BAD_REQUEST
    heard_at = 0.0  # when it last sent or took something
    begun_at: float | None = None  # when a request began of which no header has come yet
    stalled_at: float | None = None  # since when it has taken nothing of an answer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it among the others of its address."""
        super().connection_made(transport)
        self.heard_at = self.begun_at = time.monotonic()
        self.address = household(self.client[0] if self.client else "")
        self.everyone.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.everyone.remove(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """From here on it follows the rules of WebSockets, which have pings."""
        self.everyone.remove(self)
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Parse, and refuse what is no end of a header, a trailer or a chunk's line."""
        if self.transport.is_closing():
            return
        self.heard_at = time.monotonic()
        if not self._has_request() and self.begun_at is None:
            self.begun_at = self.heard_at
        self.unread += len(data)
        super().data_received(data)
        if self.unread > LONGEST_HEADER and not self.transport.is_closing():
            self.refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A new request."""
        super().on_message_begin()
        self.header_bytes, self.whole = 0, False

    def on_url(self, url: bytes) -> None:
        """Part of the address."""
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the header, or of what follows the body, which counts as the same."""
        self.header_bytes += len(name) + len(value) + OVERHEAD
        if self.header_bytes > LONGEST_HEADER:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request starts."""
        self.unread, self.begun_at = 0, None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of the body."""
        self.unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self.unread, self.whole = 0, True
        super().on_message_complete()

    def resume_writing(self) -> None:
        """The client took most of a piece."""
        self.stalled_at, self.heard_at = None, time.monotonic()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers where the parser gave up, with the reason where we know it."""
        status = self.refusal
        said = f"{status.value} {status.phrase}\n".encode()
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain\r\n"
            f"content-length: {len(said)}\r\nconnection: close\r\n\r\n".encode()
            + said
        )
        self.transport.close()

    def is_worked_on(self) -> bool:
        """Whether a request has come whole and its answer is being made."""
        return self.whole and self._has_request() and not self.cycle.response_started

    def end_if_stalled(self, now: float) -> None:
        """Once a second: end it if its client keeps us waiting."""
        if self.transport.get_write_buffer_size():
            self.stalled_at = self.stalled_at or now
            if now - self.stalled_at > STALL_SECONDS:
                self.end()
            return
        self.stalled_at = None
        if self._has_request():
            self.begun_at = None  # its body is watched where it is read
        elif self.begun_at is not None and now - self.begun_at > HEADER_SECONDS:
            self.end()

    def end(self) -> None:
        """At once: a polite close would wait until the client has read everything."""
        self.transport.abort()

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: HTTPStatus) -> None:
        self.refusal = status
        raise ValueError(status.phrase)  # the parser stops, and asks for the answer above


def limited(most: int) -> type[Connection]:
    """The protocol for one process with at most so many connections."""
    Connection.everyone = Connections(most, settings.TRUSTED_PROXIES)
    return Connection

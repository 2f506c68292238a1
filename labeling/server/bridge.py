"""Django's WSGI application behind an event loop: threads compute, the loop waits for clients.

Django runs as WSGI in a few threads that live on, each with its database connection: under its own
ASGI handler every request gets a new thread and a new connection, which costs more than its work.
A thread is taken once the body is there and given back before the answer is sent.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment
from wsgiref.util import FileWrapper

from labeling.server import bodies
from labeling.server.addresses import household
from labeling.server.answers import Refused, refuse
from labeling.server.people import People, credential_of
from labeling.server.protocol import Receive, Scope, Send
from labeling.server.turns import Allowance, Turns, Usage, Who

log = logging.getLogger(__name__)
THREADS = 8  # more only wait for one lock
LONGEST_TARGET = 8192  # bytes of path and query; the longest of ours have a few hundred
PIECE = 1 << 16  # bytes handed to the socket at once: what a slow client must take in a minute


@dataclass
class Answer:
    """What Django answered: bytes, or `size` bytes of an open file from `start` on."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes = b""
    file: int = -1
    start: int = 0
    size: int = 0


class Bridge:
    """Takes a request from the loop to a thread and its answer back."""

    def __init__(
        self,
        app: WSGIApplication,
        person: Allowance,
        stranger: Allowance,
        pace: bodies.Pace = bodies.PACE,
    ) -> None:
        self.app, self.person, self.stranger, self.pace = app, person, stranger, pace
        self.people, self.usage, self.turns = People(), Usage(), Turns(THREADS)
        self.executor = ThreadPoolExecutor(THREADS, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        try:
            answer = await self._ask(scope, receive)
        except bodies.WentAway:
            log.info("The browser went away in the middle of %s", scope["path"])
        except Refused as refused:
            await refuse(send, receive, refused, scope["path"])
        else:
            await _send(scope, answer, receive, send)

    async def _ask(self, scope: Scope, receive: Receive) -> Answer:
        target = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if target > LONGEST_TARGET:
            raise Refused(414, "too_long", f"The address is longer than {LONGEST_TARGET} bytes.")
        who, allowed = await self._who(scope)
        if allowed is self.stranger and bodies.is_upload(scope["path"]):
            raise Refused(401, "signed_out", "You were signed out. Sign in to send files.")
        with self.usage.one_more(who, allowed):
            body, size = await bodies.read(scope, receive, self.pace)
            with body:
                environ = environ_of(scope, body, size)
                async with self.turns.turn(who, allowed):
                    loop = asyncio.get_running_loop()
                    return await loop.run_in_executor(self.executor, _run, self.app, environ)

    async def _who(self, scope: Scope) -> tuple[Who, Allowance]:
        """Whose allowance the request uses up; strangers share their address' one."""
        address: Who = ("address", household((scope.get("client") or ("",))[0]))
        credential = credential_of(scope)
        fresh, person = self.people.remembered(credential)
        if credential and not fresh:
            self.usage.count(address, self.stranger)  # so that made-up ones cost something
            person = await self.people.ask(credential)
        if person is None:
            self.usage.count(address, self.stranger)
            return address, self.stranger
        self.usage.count(("person", person), self.person)
        return ("person", person), self.person


def environ_of(scope: Scope, body: IO[bytes], size: int) -> WSGIEnvironment:
    """The request as PEP 3333 wants it."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue  # it would pass for the same name with hyphens, which a proxy may set
        name = raw.decode("latin-1").upper().replace("-", "_")
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        said = value.decode("latin-1")
        joint = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{said}" if key in environ else said
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return {**environ, "CONTENT_LENGTH": str(size) if size else ""}


def _run(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """In a thread: the whole answer, or a file of its own for the loop to send."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        begun[:] = [(status, headers)]

    result = app(environ, start_response)  # type: ignore[arg-type]  # Django never calls write
    try:
        status, headers = begun[0]
        answer = Answer(
            int(status.split(" ", 1)[0]),
            [(k.lower().encode("latin-1"), v.strip().encode("latin-1")) for k, v in headers],
        )
        if environ["REQUEST_METHOD"] == "HEAD":
            return answer
        if isinstance(result, FileWrapper):
            file: Any = result.filelike
            answer.size = int(dict(answer.headers)[b"content-length"])
            answer.file, answer.start = os.dup(file.fileno()), file.tell()
        else:
            answer.content = b"".join(result)
        return answer
    finally:
        # here and not where the file ends: Django's own end of a request belongs to its thread
        getattr(result, "close", lambda: None)()


async def _send(scope: Scope, answer: Answer, receive: Receive, send: Send) -> None:
    """To the client, piece by piece: the next one once it has taken most of the last."""
    gone = asyncio.ensure_future(receive())
    try:
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        )
        async for piece in _pieces(answer):
            if gone.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        if answer.file >= 0:
            os.close(answer.file)


async def _pieces(answer: Answer) -> AsyncIterator[bytes]:
    for at in range(0, len(answer.content), PIECE):
        yield answer.content[at : at + PIECE]
    for at in range(answer.start, answer.start + answer.size, PIECE):
        size = min(PIECE, answer.start + answer.size - at)
        yield await asyncio.to_thread(os.pread, answer.file, size, at)

"""What the server itself answers: a refusal in the API's words, without taking a thread."""

import asyncio
import contextlib
import json
from http import HTTPStatus

from labeling.server.protocol import Receive, Send

PROGRAMS = "/api/v1/"  # addresses that access tokens open
ENDING = (401, 408, 413, 414)  # the connection ends with the answer: its rest is no request
BUSY = "The server is busy. Your work is kept; it is sent again."
BUSY_SECONDS = 3  # to wait before asking again
LINGER = 5.0  # seconds that the rest of too large a body is read and thrown away


class Refused(Exception):
    """A request that never reaches Django."""

    def __init__(self, status: int, code: str, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = retry_after


def refusal(
    path: str, status: int, code: str, message: str, where: str | None = None
) -> tuple[str, dict[str, str | int | None]]:
    """Content type and content of an error below /api/: programs get RFC 9457's problem details."""
    if not path.startswith(PROGRAMS):
        return "application/json", {"code": code, "message": message, "where": where}
    return "application/problem+json", {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "where": where,
    }


async def refuse(send: Send, receive: Receive, refused: Refused, path: str = "") -> None:
    """Answer in the words of this address, whatever of the body is still to come."""
    kind, said = refusal(path, refused.status, refused.code, refused.message)
    body = json.dumps(said).encode()
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if refused.retry_after:
        headers.append((b"retry-after", str(max(1, round(refused.retry_after))).encode()))
    if refused.status in ENDING:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if refused.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        await _throw_away(receive)
    await send({"type": "http.response.body", "body": b""})


async def _throw_away(receive: Receive) -> None:
    """Read on for a while: a socket closed over unread bytes takes the answer back."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            more = True
            while more:
                message = await receive()
                more = message["type"] != "http.disconnect" and message.get("more_body", False)

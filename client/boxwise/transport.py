"""HTTP with retries: a request is asked again until it is answered, and done once."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests
import requests.auth

from boxwise.errors import KINDS, BoxwiseError, NotFound, Unreachable
from boxwise.files import PIECE, Body

RETRIED = (429, 502, 503, 504)
BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)
LONGEST_WAIT = 30.0  # seconds between two tries


class _Bearer(requests.auth.AuthBase):
    """The token in the header; as an authentication, for an entry of ~/.netrc would replace it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Transport:
    """A session with one server, by access token."""

    def __init__(self, url: str, token: str, timeout: float = 60, tries: int = 8) -> None:
        self.url, self.timeout, self.tries = url.rstrip("/"), timeout, tries
        self.session = requests.Session()
        self.session.auth = _Bearer(token.strip())

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
        body: Callable[[], Body] | None = None,
    ) -> Any:
        """The answer; `body` makes the files anew for each try. A POST keeps its key over them."""
        headers, sent = {}, 0
        if method == "POST" and body is None:
            headers["Idempotency-Key"] = str(uuid.uuid4())

        def send() -> requests.Response:
            nonlocal sent
            sent += 1
            content: dict[str, Any] = {"json": json}
            if body is not None:
                kind, data = body()
                content = {"data": data}
                headers["Content-Type"] = kind
            return self._send(method, path, headers, params=params, **content)

        try:
            return self._answered(send).json()
        except NotFound:
            if method == "DELETE" and sent > 1:  # the answer of an earlier try was lost
                return {}
            raise

    def download(self, path: str, target: Path) -> None:
        """Fetch a file that never changes: on from where it broke off, renamed when whole."""
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)

        def fetch() -> requests.Response:
            have = part.stat().st_size if part.exists() else 0
            headers = {"Range": f"bytes={have}-"} if have else {}
            reply = self._send("GET", path, headers, stream=True)
            if reply.status_code in (200, 206):
                with part.open("ab" if reply.status_code == 206 else "wb") as out:
                    left = int(reply.headers["Content-Length"])
                    for piece in reply.iter_content(PIECE):
                        left -= out.write(piece)
                if left > 0:  # urllib3 before version 2 does not tell
                    raise requests.ConnectionError("the download broke off")
            return reply

        self._answered(fetch)
        part.replace(target)

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], **how: Any
    ) -> requests.Response:
        url = f"{self.url}/api/v1/{path}"
        # a redirect could lead to another host, and a POST there would be a GET
        return self.session.request(
            method, url, headers=headers, timeout=self.timeout, allow_redirects=False, **how
        )

    def _answered(self, send: Callable[[], requests.Response]) -> requests.Response:
        trouble, wait = "", 0.0
        for attempt in range(self.tries):
            if attempt:
                time.sleep(wait or min(LONGEST_WAIT, 0.5 * 2**attempt) * random.uniform(0.5, 1))
            try:
                reply = send()
            except BROKEN as error:
                trouble, wait = str(error), 0.0
                continue
            if reply.status_code not in RETRIED:
                return _checked(reply)
            trouble, wait = refusal(reply).detail, float(reply.headers.get("Retry-After", 0))
        raise Unreachable(f"No answer from {self.url} after {self.tries} tries: {trouble}")


def _checked(reply: requests.Response) -> requests.Response:
    if reply.status_code < 300:
        return reply
    raise refusal(reply)


def refusal(reply: requests.Response) -> BoxwiseError:
    """What the server said is wrong; a proxy's page, or no Boxwise at all, says nothing."""
    kind = KINDS.get(reply.status_code, BoxwiseError)
    try:
        said = reply.json()
        detail, code, where = said["detail"], said["code"], said["where"]
    except (ValueError, KeyError, TypeError):
        detail, code, where = f"{reply.status_code} {reply.reason} from {reply.url}", "error", None
    return kind(detail, code=code, where=where, status=reply.status_code)

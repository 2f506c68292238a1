"""Programs that use the API with an access token."""

from typing import Any

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from labeling.jobs import tokens

JSON = "application/json"


class Program:
    """A program of this person; by default it may read and change, and expects success."""

    def __init__(self, user: Any, scope: str = "manage", client: Client | None = None) -> None:
        self.client = client or Client(enforce_csrf_checks=True)
        self.token, self.secret = tokens.make(user, "test", scope, 1)
        self.headers = {"Authorization": f"Bearer {self.secret}"}

    def send(self, method: str, name: str, /, *at: Any, key: str = "", **body: Any) -> Any:
        """The reply to a request; `body` are the parameters of a GET."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        options = {} if method == "get" else {"content_type": JSON}
        call = getattr(self.client, method)
        return call(reverse(f"v1-{name}", args=at), body, headers=headers, **options)

    def __call__(self, method: str, name: str, /, *at: Any, **body: Any) -> Any:
        """The answer of a request that succeeds."""
        reply = self.send(method, name, *at, **body)
        assert reply.status_code < 300, (name, reply.content)
        return reply.json()

    def files(self, method: str, name: str, /, *at: Any, files: Any, **fields: str) -> Any:
        """The answer to files that are sent."""
        content = encode_multipart(BOUNDARY, {"files": files, **fields})
        url = reverse(f"v1-{name}", args=at)
        reply = self.client.generic(
            method.upper(), url, content, MULTIPART_CONTENT, headers=self.headers
        )
        assert reply.status_code < 300, reply.content
        return reply.json()


def problem(reply: Any) -> tuple[int, str, str | None]:
    """Status, code and place of a refusal."""
    assert reply["Content-Type"] == "application/problem+json", reply.content
    told = reply.json()
    assert told["status"] == reply.status_code
    assert told["title"]
    assert told["detail"]
    return reply.status_code, told["code"], told["where"]

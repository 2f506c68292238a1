"""A person's browser session over HTTP: log in, claim, answer, check."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeAlias

import requests

from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import JSON

TIMEOUT = 60

Body: TypeAlias = "Mapping[str, JSON | list[Box]]"


class Client:
    """One signed-in person."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self._sign_in(username, password)

    def _sign_in(self, username: str, password: str) -> None:
        page = f"{self.url}/accounts/login/"
        self.session.get(page, timeout=TIMEOUT).raise_for_status()
        answer = self.session.post(
            page,
            data={
                "username": username,
                "password": password,
                "csrfmiddlewaretoken": self.session.cookies["csrf"],
            },
            allow_redirects=False,
            timeout=TIMEOUT,
        )
        if answer.status_code != 302:
            raise RuntimeError(f"{username} could not sign in: {answer.status_code}")

    def call(self, method: str, path: str, body: Body | None = None) -> Any:
        """One API call; refusals raise HTTPError with the server's words."""
        answer = self._ask(method, path, body)
        if answer.status_code >= 400:
            raise requests.HTTPError(
                f"{path}: {answer.status_code} {answer.text[:300]}", response=answer
            )
        return answer.json()

    def picture(self, path: str) -> int:
        """Fetch a picture as the page would; its bytes."""
        answer = self._ask("GET", path)
        answer.raise_for_status()
        return len(answer.content)

    def _ask(self, method: str, path: str, body: Body | None = None) -> requests.Response:
        """Waits as the page does where the server says that it is too much at once."""
        while True:
            answer = self.session.request(
                method,
                self.url + path,
                json=body,  # type: ignore[arg-type]  # its own type of JSON has no typed objects
                headers={"X-CSRFToken": str(self.session.cookies["csrf"])},
                timeout=TIMEOUT,
            )
            if answer.status_code != 429:
                return answer
            time.sleep(float(answer.headers["Retry-After"]))

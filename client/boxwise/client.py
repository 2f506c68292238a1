"""A server and its jobs."""

import os
from collections.abc import Iterator, Sequence
from typing import Unpack, cast

from boxwise import types
from boxwise.errors import BadToken
from boxwise.job import Job, listed
from boxwise.transport import Transport


class Boxwise:
    """A Boxwise server, asked with an access token (made under Access tokens in its menu).

    Address and token are by default those of the environment, BOXWISE_URL and BOXWISE_TOKEN.
    """

    def __init__(
        self, url: str = "", token: str = "", *, timeout: float = 60, tries: int = 8
    ) -> None:
        url = url or os.environ.get("BOXWISE_URL", "")
        token = token or os.environ.get("BOXWISE_TOKEN", "")
        if not url or not token:
            missing = "BOXWISE_URL" if not url else "BOXWISE_TOKEN"
            raise BadToken(f"Give the server's address and a token, or set {missing}.")
        self._transport = Transport(url, token, timeout, tries)

    def me(self) -> types.Me:
        """Whose token this is, and what it may do."""
        return cast(types.Me, self._transport.call("GET", "me"))

    def jobs(self, state: str = "") -> Iterator[types.JobSummary]:
        """Your jobs, all or those in this state."""
        return listed(self._transport, "jobs", {"state": state} if state else {})

    def job(self, slug: str) -> Job:
        """A job by its address."""
        return Job(self._transport, slug)

    def create_job(
        self,
        *,
        classes: Sequence[str] = (),
        annotators: Sequence[str] = (),
        reviewers: Sequence[str] = (),
        **options: Unpack[types.NewJob],
    ) -> Job:
        """A draft; `preset` fills the options that are left out. People are named by user name."""
        job = self.job(self._transport.call("POST", "jobs", json=options)["slug"])
        for name in classes:
            job.add_class(name=name)
        for username in annotators:
            job.add_member(username=username, role="annotator")
        for username in reviewers:
            job.add_member(username=username, role="reviewer")
        return job

"""Who asks, by session or access token: looked up once a minute, before Django's threads."""

import asyncio
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, close_old_connections

from labeling.jobs import tokens
from labeling.server.answers import BUSY, BUSY_SECONDS, PROGRAMS, Refused
from labeling.server.protocol import Scope

log = logging.getLogger(__name__)

FRESH = 60.0  # seconds that an answer holds; it decides on allowances, never on rights
REMEMBERED = 10_000
LONGEST = 64  # signs of a session's key or a token


class Credential(NamedTuple):
    """By what a request says whose it is; false if it says nothing."""

    text: str
    is_token: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)


class People:
    """Remembers to whom sessions and tokens belong."""

    def __init__(self) -> None:
        self.known: OrderedDict[Credential, tuple[str | None, float]] = OrderedDict()
        self.executor = ThreadPoolExecutor(2, thread_name_prefix="session")

    def remembered(self, by: Credential) -> tuple[bool, str | None]:
        """Whether it was asked for lately, and whose it is."""
        person, asked = self.known.get(by, (None, 0.0))
        return by in self.known and time.monotonic() - asked < FRESH, person

    async def ask(self, by: Credential) -> str | None:
        """The number of its person; None if it is nobody's."""
        loop = asyncio.get_running_loop()
        try:
            person = await loop.run_in_executor(self.executor, _person_of, by)
        except DatabaseError as error:
            log.warning("database busy: %s", error)
            raise Refused(503, "busy", BUSY, retry_after=BUSY_SECONDS) from error
        self.known[by] = person, time.monotonic()
        self.known.move_to_end(by)
        if len(self.known) > REMEMBERED:
            self.known.popitem(last=False)
        return person


def credential_of(scope: Scope) -> Credential:
    """The token in the request's header where programs ask, else the session its cookie names.

    With a token in the header the cookie counts for nothing, as in annotator_ui.api.v1.bearer.
    """
    if scope["path"].startswith(PROGRAMS):
        for name, value in scope["headers"]:
            if name == b"authorization":
                kind, _, secret = value.decode("latin-1").partition(" ")
                return Credential(
                    secret.strip()[:LONGEST] if kind.lower() == "bearer" else "", True
                )
    return Credential(_session_of(scope))


def _session_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            except CookieError:
                continue
            if morsel and len(morsel.value) <= LONGEST:
                return str(morsel.value)
    return ""


def _person_of(by: Credential) -> str | None:
    close_old_connections()
    if by.is_token:
        token = tokens.found(by.text)
        return None if token is None else str(token.owner_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore(by.text)
    found = store.get(SESSION_KEY)
    return None if found is None else str(found)

"""Whose session a request brings, asked once a minute and before a thread of Django's is taken."""

import asyncio
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, close_old_connections

from labeling.server.answers import BUSY, BUSY_SECONDS, Refused
from labeling.server.protocol import Scope

log = logging.getLogger(__name__)

FRESH = 60.0  # seconds that an answer holds; it decides on allowances, never on rights
REMEMBERED = 10_000


class People:
    """Remembers to whom the sessions belong."""

    def __init__(self) -> None:
        self.known: OrderedDict[str, tuple[str | None, float]] = OrderedDict()
        self.executor = ThreadPoolExecutor(2, thread_name_prefix="session")

    def remembered(self, session: str) -> tuple[bool, str | None]:
        """Whether the session was asked for lately, and whose it is."""
        person, asked = self.known.get(session, (None, 0.0))
        return session in self.known and time.monotonic() - asked < FRESH, person

    async def ask(self, session: str) -> str | None:
        """The number of the session's person; None if nobody is signed in with it."""
        loop = asyncio.get_running_loop()
        try:
            person = await loop.run_in_executor(self.executor, _person_of, session)
        except DatabaseError as error:
            log.warning("database busy: %s", error)
            raise Refused(503, "busy", BUSY, retry_after=BUSY_SECONDS) from error
        self.known[session] = person, time.monotonic()
        self.known.move_to_end(session)
        if len(self.known) > REMEMBERED:
            self.known.popitem(last=False)
        return person


def session_of(scope: Scope) -> str:
    """The session that the request's cookie names; empty if it names none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            except CookieError:
                continue
            if morsel and len(morsel.value) <= 64:
                return str(morsel.value)
    return ""


def _person_of(session: str) -> str | None:
    close_old_connections()
    store = import_module(settings.SESSION_ENGINE).SessionStore(session)
    found = store.get(SESSION_KEY)
    return None if found is None else str(found)

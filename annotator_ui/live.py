"""Live job pages: one watcher per watched job and process sends the snapshot when it changed."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Literal, TypedDict

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseFailure
from django.http import Http404
from django.urls import path, re_path

from annotator_ui.api import access
from labeling.models import Job
from labeling.reports import snapshot

log = logging.getLogger(__name__)
EVERY, PING = 1.0, 20.0
CHECK_EVERY = 5.0  # seconds until a page is asked again whether its person may still watch
MOST_PAGES = 20  # of one person at one process; a page beyond them asks by HTTP
REST = 4  # times as long as a snapshot took: watching a huge job may not slow its people down
PATIENCE = 5.0  # seconds a page may take to receive a message
SIGNED_OUT, NOT_FOUND, TOO_MANY, TRY_AGAIN = 4401, 4404, 4429, 1013
# A closed tab is an OSError, as is too long a wait; one that closes just now, a RuntimeError.
BROKEN = (DatabaseFailure, OSError, RuntimeError)


class News(TypedDict):
    """The job changed."""

    type: Literal["snapshot"]
    snapshot: snapshot.Snapshot


class Ping(TypedDict):
    """It did not."""

    type: Literal["ping"]


Message = News | Ping


class JobPage(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One open live page; it says nothing, it only hears the job's state."""

    slug: str
    manages = False
    checking: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        """Admit members only, each with so many pages."""
        user = self.scope["user"]
        await self.accept()
        if not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        if pages_of(user) >= MOST_PAGES:
            await self.close(TOO_MANY)
            return
        self.slug = self.scope["url_route"]["kwargs"]["slug"]
        if not await self.may_watch():
            await self.close(NOT_FOUND)
            return
        self.checking = asyncio.create_task(self._check_for_ever())
        watch(self.slug, self)

    async def _check_for_ever(self) -> None:
        """Close soon after a log-out or a lost membership, whether there is news or not."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            try:
                if await self.may_watch():
                    continue
            except DatabaseFailure as error:
                log.warning("job=%s cannot tell who may watch: %r", self.slug, error)
                continue
            unwatch(self.slug, self)
            await self.close(NOT_FOUND)
            return

    async def may_watch(self) -> bool:
        """Whether the session holds (no log-out, no new password) and its person is in the job."""
        session = self.scope["session"]
        user = await get_user({"session": session.__class__(session.session_key)})
        return bool(user.is_authenticated and await self.belongs(user))

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def belongs(self, user: User) -> bool:
        """Whether the person is in the job, and if so, whether they manage it."""
        try:
            job = access.job_for(user, self.slug)
        except Http404:
            return False
        self.manages = access.MANAGER in access.roles(job, user)
        return True

    async def hear(self, message: Message) -> None:
        """Send what this person may see of a message."""
        if message["type"] == "snapshot" and not self.manages:
            own = snapshot.for_member(message["snapshot"], self.scope["user"].pk)
            message = {"type": "snapshot", "snapshot": own}
        await self.send_json(message)

    async def receive_json(self, content: object, **kwargs: object) -> None:
        """Frames from the page carry nothing: truth is HTTP."""

    async def disconnect(self, code: int) -> None:
        """Stop hearing."""
        if self.checking is None:
            return
        self.checking.cancel()
        unwatch(self.slug, self)


_pages: dict[str, set[JobPage]] = {}
_watchers: dict[str, "asyncio.Task[None]"] = {}


def pages_of(user: User) -> int:
    """How many live pages the person has open at this process."""
    return sum(page.scope["user"].pk == user.pk for each in _pages.values() for page in each)


def watch(slug: str, page: JobPage) -> None:
    """Add a page; the first one of a job starts its watcher."""
    _pages.setdefault(slug, set()).add(page)
    if slug in _watchers and not _watchers[slug].done():
        _watchers[slug].cancel()  # the new page wants its snapshot now, not when it next changes
    _watchers[slug] = asyncio.create_task(_run(slug))


def unwatch(slug: str, page: JobPage) -> None:
    """Drop a page; the last one of a job ends its watcher."""
    _pages.get(slug, set()).discard(page)
    if not _pages.get(slug):
        _pages.pop(slug, None)
        watcher = _watchers.pop(slug, None)
        if watcher is not None:
            watcher.cancel()


async def _run(slug: str) -> None:
    before: snapshot.Snapshot | None = None
    quiet = pause = 0.0
    while True:
        began = time.monotonic()
        try:
            now = await _snapshot(slug)
        except (DatabaseFailure, ObjectDoesNotExist):
            # a busy database must not end the watching; the page shows its age meanwhile
            log.exception("job=%s snapshot failed", slug)
            now = None
        took = time.monotonic() - began
        if now is not None:
            changed = _without_clock(now) != before
            before = _without_clock(now)
            quiet = 0.0 if changed else quiet + pause
            if changed or quiet >= PING:
                quiet = 0.0
                await _send(
                    slug, {"type": "snapshot", "snapshot": now} if changed else {"type": "ping"}
                )
        pause = pause_after(took)
        await asyncio.sleep(pause)


def pause_after(took: float) -> float:
    """Seconds until a job is looked at again whose snapshot took so many."""
    return max(EVERY, REST * took)


@database_sync_to_async  # type: ignore[untyped-decorator]
def _snapshot(slug: str) -> snapshot.Snapshot:
    return snapshot.of_job(Job.objects.get(slug=slug))


def _without_clock(now: snapshot.Snapshot) -> snapshot.Snapshot:
    """The snapshot with nothing in it that ages by itself."""
    round = now.get("round")
    if round is not None:
        round = {**round, "worker_seen_s": None, "seconds_left": None}
    return {**now, "at": "", "people": [], "round": round}


async def _send(slug: str, message: Message) -> None:
    """To all pages at once, so that a stalled one holds up the others for PATIENCE at most."""
    await asyncio.gather(*(_tell(slug, page, message) for page in _pages.get(slug, ())))


async def _tell(slug: str, page: JobPage, message: Message) -> None:
    """To one page; what goes wrong there ends that page alone, and its browser asks anew."""
    try:
        await asyncio.wait_for(page.hear(message), PATIENCE)
    except BROKEN as error:
        log.warning("job=%s live page dropped: %r", slug, error)
        with suppress(*BROKEN):
            await asyncio.wait_for(page.close(TRY_AGAIN), PATIENCE)
        unwatch(slug, page)


class Nowhere(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """What every other address answers."""

    async def connect(self) -> None:
        """Say so and close."""
        await self.accept()
        await self.close(NOT_FOUND)


websocket_urls = [
    path("ws/jobs/<slug:slug>", JobPage.as_asgi()),
    re_path("", Nowhere.as_asgi()),
]

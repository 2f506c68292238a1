"""The live page's socket: members only, the state at once and whenever it changed."""

import asyncio
import itertools
import json
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client

from annotator_ui import live
from annotator_ui.live import JobPage
from labeling.models import Job
from labeling.reports import snapshot
from labeling.rounds import lifecycle
from tests.factories import join, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@database_sync_to_async
def session_of(user):
    """A browser's session, signed in unless the person is nobody."""
    client = Client()
    if user.is_authenticated:
        client.force_login(user)
    return client.session


async def socket(user, slug: str) -> ApplicationCommunicator:
    """A socket as this person, opened and accepted."""
    scope = {
        "type": "websocket",
        "path": f"/ws/jobs/{slug}",
        "headers": [],
        "user": user,
        "session": await session_of(user),
        "url_route": {"kwargs": {"slug": slug}},
    }
    opened = ApplicationCommunicator(JobPage.as_asgi(), scope)
    await opened.send_input({"type": "websocket.connect"})
    assert (await opened.receive_output(10))["type"] == "websocket.accept"
    return opened


def test_a_member_hears_the_state_at_once_and_again_when_it_changes(job, mona, monkeypatch):
    monkeypatch.setattr(live, "EVERY", 0.05)

    async def listen():
        page = await socket(mona, job.slug)
        first = json.loads((await page.receive_output(10))["text"])
        await database_sync_to_async(lifecycle.start)(job, mona)
        second = json.loads((await page.receive_output(10))["text"])
        await page.send_input({"type": "websocket.disconnect", "code": 1000})
        await page.wait(10)
        return first, second

    first, second = async_to_sync(listen)()
    assert first["snapshot"]["job"]["state"] == "draft"
    assert second["type"] == "snapshot"
    assert second["snapshot"]["job"]["state"] == "running"
    assert job.slug not in live._watchers


@pytest.mark.parametrize(
    ("who", "role", "hears"), [("mona", None, 0.9), ("rita", "reviewer", None)]
)
def test_the_socket_tells_managers_alone_how_a_running_proof_stands(
    request, job, monkeypatch, who, role, hears
):
    user = request.getfixturevalue(who)
    if role:
        join(job, user, role)

    async def proof(slug):
        audit = {"kind": "certificate", "observed": 0.9}
        return {"audit": audit, "histogram": None, "people": [], "held": []}

    monkeypatch.setattr(live, "_snapshot", proof)

    async def listen():
        page = await socket(user, job.slug)
        said = json.loads((await page.receive_output(10))["text"])
        await page.send_input({"type": "websocket.disconnect", "code": 1000})
        await page.wait(10)
        return said

    assert async_to_sync(listen)()["snapshot"]["audit"]["observed"] == hears


def test_only_managers_hear_who_else_is_at_work(job, alice, bob, mona):
    lifecycle.start(job, mona)
    run_steps(job)
    work_all(job, alice, bob)

    async def listen(user):
        page = await socket(user, job.slug)
        said = json.loads((await page.receive_output(10))["text"])["snapshot"]
        await page.send_input({"type": "websocket.disconnect", "code": 1000})
        await page.wait(10)
        return sorted(row["name"] for row in said["people"]), said["others"]

    assert async_to_sync(listen)(mona) == (["alice", "bob"], 0)
    assert async_to_sync(listen)(alice) == (["alice"], 1)


@pytest.fixture
def busy(monkeypatch):
    """Every look at a job finds news of it."""
    numbers = itertools.count()

    async def always_new(slug):
        rest = {"audit": None, "histogram": None, "people": [], "held": []}
        return {"number": next(numbers), **rest}

    monkeypatch.setattr(live, "_snapshot", always_new)
    monkeypatch.setattr(live, "EVERY", 0.05)
    monkeypatch.setattr(live, "CHECK_EVERY", 0.2)


def leave(job, user):
    job.members.filter(user=user).delete()


def sign_out(job, user):
    Session.objects.all().delete()


def get_a_new_password(job, user):
    user.set_password("another")
    user.save()


def be_deleted(job, user):
    user.delete()


@pytest.mark.parametrize("end", [leave, sign_out, get_a_new_password, be_deleted])
def test_who_may_no_longer_watch_hears_no_more_however_busy_the_job_is(job, rita, busy, end):
    join(job, rita, "reviewer")

    async def listen():
        page = await socket(rita, job.slug)
        await page.receive_output(10)
        await database_sync_to_async(end)(job, rita)
        for _ in range(100):
            said = await page.receive_output(10)
            if said["type"] == "websocket.close":
                return said["code"]
            assert "number" in said["text"]  # never a ping: the job is busy
        return None

    assert async_to_sync(listen)() == live.NOT_FOUND
    assert not live._pages


@pytest.mark.parametrize("end", [leave, sign_out])
def test_a_quiet_page_closes_as_soon(job, rita, monkeypatch, end):
    monkeypatch.setattr(live, "CHECK_EVERY", 0.2)
    join(job, rita, "reviewer")

    async def listen():
        page = await socket(rita, job.slug)
        await page.receive_output(10)
        await database_sync_to_async(end)(job, rita)
        return await page.receive_output(10)  # long before the next ping

    assert async_to_sync(listen)() == {"type": "websocket.close", "code": live.NOT_FOUND}


def test_a_person_has_so_many_live_pages(job, mona, alice, monkeypatch):
    monkeypatch.setattr(live, "MOST_PAGES", 2)

    async def listen():
        first, second, third = [await socket(mona, job.slug) for _ in range(3)]
        told = await third.receive_output(10)
        other = await socket(alice, job.slug)
        heard = json.loads((await other.receive_output(10))["text"])
        await first.send_input({"type": "websocket.disconnect", "code": 1000})
        await first.wait(10)
        again = await socket(mona, job.slug)
        await again.receive_output(10)
        for page in (second, other, again):
            await page.send_input({"type": "websocket.disconnect", "code": 1000})
            await page.wait(10)
        return told, heard["type"]

    told, heard = async_to_sync(listen)()
    assert (told["code"], heard) == (live.TOO_MANY, "snapshot")
    assert not live._pages


async def stalls(message):
    await asyncio.sleep(60)


async def is_gone(message):
    raise ConnectionResetError("The tab was closed.")


async def closes(message):
    raise RuntimeError("Unexpected ASGI message 'websocket.send', after 'websocket.close'.")


@pytest.mark.parametrize("breaks", [stalls, is_gone, closes])
def test_a_broken_page_is_dropped_and_the_others_hear_on(job, mona, busy, monkeypatch, breaks):
    monkeypatch.setattr(live, "PATIENCE", 0.1)

    async def listen():
        broken = await socket(mona, job.slug)
        await broken.receive_output(10)
        [page] = live._pages[job.slug]
        page.base_send = breaks
        sound = await socket(mona, job.slug)
        heard = [json.loads((await sound.receive_output(5))["text"]) for _ in range(20)]
        kept = page in live._pages[job.slug]
        for each in (broken, sound):
            await each.send_input({"type": "websocket.disconnect", "code": 1000})
            await each.wait(10)
        return heard, kept

    heard, kept = async_to_sync(listen)()
    numbers = [said["snapshot"]["number"] for said in heard]
    assert numbers == sorted(set(numbers))
    assert not kept


@pytest.mark.parametrize(("took", "pause"), [(0.1, 1.0), (3.0, 12.0)])
def test_a_snapshot_that_takes_long_is_taken_seldom(monkeypatch, took, pause):
    async def look(slug):
        return {"of": slug}

    async def rest(seconds):
        rests.append(seconds)
        raise asyncio.CancelledError

    rests: list[float] = []
    clock = itertools.count(0, took)
    monkeypatch.setattr(live, "_snapshot", look)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(live.asyncio, "sleep", rest)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(live._run("huge"))
    assert rests == [pause]


@pytest.mark.parametrize("who", ["eve", None])
def test_strangers_are_turned_away(job, eve, who):
    user = eve if who else AnonymousUser()

    async def listen():
        page = await socket(user, job.slug)
        return await page.receive_output(10)

    said = async_to_sync(listen)()
    assert said["type"] == "websocket.close"
    assert said["code"] in (live.SIGNED_OUT, live.NOT_FOUND)


def test_the_snapshot_is_plain_json_and_counts_add_up(job, mona):
    lifecycle.start(job, mona)
    state = json.loads(json.dumps(snapshot.of_job(Job.objects.get(pk=job.pk))))

    counts = state["counts"]
    assert counts["human"] + counts["auto"] + counts["excluded"] + counts["left"] == 12
    assert state["round"]["line"][0]["status"] in ("done", "now")
    assert state["rounds"][0]["purpose"] == "pilot"
    assert "worker" in " ".join(a["text"] for a in state["alerts"]).lower()


def test_an_unknown_address_is_closed_in_order():
    async def ask():
        opened = ApplicationCommunicator(
            URLRouter(live.websocket_urls),
            {"type": "websocket", "path": "/ws/nothing/", "headers": []},
        )
        await opened.send_input({"type": "websocket.connect"})
        return [await opened.receive_output(10) for _ in range(2)]

    accepted, closed = async_to_sync(ask)()
    assert (accepted["type"], closed["code"]) == ("websocket.accept", live.NOT_FOUND)

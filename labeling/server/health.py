"""Answers to whoever watches the server: is it alive, and can it do its work."""

from collections.abc import Callable
from typing import TypedDict

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone

from labeling.kernel import disk_space
from labeling.kernel.errors import DiskFull
from labeling.ledger import workers

ALIVE, READY = "/healthz", "/readyz"
QUEUES = ("default", "gpu")

_migrated: list[bool] = []  # one True once nothing was left to do: that never ends in a process


class Readiness(TypedDict):
    """What the server needs, each "ok" or the code of what is wrong; seconds since a worker of each
    queue was seen, null: never."""

    database: str  # ok, unreachable, not_migrated
    disk: str  # ok, full
    workers: dict[str, int | None]


def probes(get_response: Callable[[HttpRequest], HttpResponseBase]) -> object:
    """Answer the two addresses before anything looks at the host, the session or the person: a
    probe comes by the machine's own number, and from no one."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == ALIVE:
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == READY:
            found = readiness()
            works = found["database"] == found["disk"] == "ok"
            return JsonResponse(found, status=200 if works else 503)
        return get_response(request)

    return answer


def readiness() -> Readiness:
    """What is there. A missing worker is told and no reason to send people elsewhere: they can
    still draw."""
    database = _database()
    return {
        "database": database,
        "disk": _disk(),
        "workers": _workers() if database == "ok" else dict.fromkeys(QUEUES),
    }


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "not_migrated"
            _migrated.append(True)
    except DatabaseError:
        return "unreachable"
    return "ok"


def _disk() -> str:
    try:
        disk_space.for_people()
    except DiskFull:
        return "full"
    return "ok"


def _workers() -> dict[str, int | None]:
    now, ages = timezone.now(), {}
    for queue in QUEUES:
        seen = workers.seen_at(queue)
        ages[queue] = None if seen is None else int((now - seen).total_seconds())
    return ages

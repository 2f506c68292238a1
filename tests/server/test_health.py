"""The two addresses for whoever watches the server."""

from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from labeling.kernel import disk_space
from labeling.models import WorkerHeartbeat
from labeling.server import health

pytestmark = pytest.mark.django_db


def asked(client, path="/readyz", host="10.0.0.7"):
    return client.get(path, headers={"host": host})


def test_a_probe_is_answered_without_a_session_by_any_host_name(client, settings):
    settings.ALLOWED_HOSTS = ["boxwise.example"]
    settings.SECURE_SSL_REDIRECT = True
    assert asked(client, "/healthz").content == b"ok\n"
    assert asked(client).status_code == 200
    assert asked(client, "/jobs").status_code != 200


def test_it_is_ready_without_workers_and_tells_when_they_were_seen(client):
    assert asked(client).json() == {
        "database": "ok",
        "disk": "ok",
        "workers": {"default": None, "gpu": None},
    }
    seen = timezone.now() - timedelta(seconds=90)
    WorkerHeartbeat.objects.create(name="one", queues="default", seen_at=seen)
    found = asked(client).json()["workers"]
    assert 90 <= found["default"] < 100
    assert found["gpu"] is None


def test_a_full_disk_sends_people_elsewhere(client, monkeypatch):
    usage = namedtuple("usage", "total used free")(1 << 40, 1 << 40, 1 << 20)
    monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda path: usage)
    reply = asked(client)
    assert (reply.status_code, reply.json()["disk"]) == (503, "full")


def test_an_unreachable_database_is_told_and_is_no_error(client, monkeypatch):
    def refuses():
        raise OperationalError("could not connect")

    monkeypatch.setattr(connection, "cursor", refuses)
    reply = asked(client)
    assert (reply.status_code, reply.json()["database"]) == (503, "unreachable")
    assert asked(client, "/healthz").status_code == 200


def test_a_database_of_an_older_version_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", [])
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert asked(client).json()["database"] == "not_migrated"
    monkeypatch.undo()
    assert asked(client).json()["database"] == "ok"

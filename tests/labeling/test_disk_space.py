"""A disk that fills up: machine work waits by itself, people's answers go on, then say 507."""

import json
import shutil
from collections import namedtuple

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from labeling.assignments import claims
from labeling.consolidation import labels
from labeling.kernel import disk_space
from labeling.kernel.errors import DiskFull
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.management import reconcile
from labeling.models import Assignment, Event, Step, Transfer
from labeling.rounds import lifecycle
from labeling.transfers import transfers, uploads
from tests import factories
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def disk(monkeypatch):
    """Sets how full the disk is, in per cent of 100 GB."""

    def fill(per_cent_free: float) -> None:
        total = 100 << 30
        free = int(total * per_cent_free / 100)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(total, total - free, free))

    fill(50)
    return fill


@pytest.mark.parametrize(
    ("free", "machine", "people"), [(5.1, True, True), (4.9, False, True), (0.9, False, False)]
)
def test_machine_stops_at_five_per_cent_and_people_at_one(disk, free, machine, people):
    disk(free)
    for check, allowed in ((disk_space.for_machine, machine), (disk_space.for_people, people)):
        if allowed:
            check()
        else:
            with pytest.raises(DiskFull, match="GB of 100"):
                check()


def test_a_training_waits_for_room_and_starts_by_itself(disk, alice, rita, settings):
    settings.MLASSIST_ENGINE = "tests.fakes"
    job = factories.make_job(**factories.ALONE, acceptance="per_round")
    factories.join(job, alice, "annotator")
    factories.join(job, rita, "reviewer")
    factories.make_images(job, 90)
    disk(3)  # enough for people
    lifecycle.start(job, None)
    waiting = Step.objects.unfinished().filter(round__job=job)
    while not (training := waiting.filter(state="TRAINING")).exists():
        for step in waiting.all():
            runner.run("step", step.pk)
        factories.work_all(job, alice)
    step = training.get()
    for _ in range(Step.MAX_FAILURES + 1):
        runner.run("step", step.pk)
    step.refresh_from_db()
    assert "nearly full" in step.error
    assert not step.is_given_up
    assert not Event.objects.filter(job=job, kind="step_failed").exists()

    disk(50)
    reconcile.reconcile()  # sends the message again
    runner.run("step", step.pk)
    step.refresh_from_db()
    assert step.finished_at is not None
    assert step.error == ""


def test_an_import_waits_for_room_and_goes_on_where_it_was(disk, job, mona):
    from PIL import Image as Picture

    folder = media_path("uploads/full")
    folder.mkdir(parents=True)
    for i in range(3):
        Picture.new("RGB", (40, 30), (i, 0, 0)).save(folder / f"{i}.png")
    disk(3)
    row = transfers.start_import(job, mona, "files", "uploads/full")
    for _ in range(Transfer.MAX_FAILURES + 1):
        runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert "nearly full" in row.error
    assert job.images.count() == 12
    with pytest.raises(DiskFull):
        uploads.receive(job, mona, [], boxes="ignore")

    disk(50)
    reconcile.reconcile()
    runner.run("transfer", row.pk)
    row = Transfer.objects.get(pk=row.pk)
    assert (row.error, row.report["imported"]) == ("", 3)


@pytest.fixture
def assignment(job, mona, alice):
    """Alice's first assignment and her browser."""
    lifecycle.start(job, mona)
    run_steps(job)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client, claims.claim_next(job, alice).assignments[0]


def put(client, assignment):
    body = json.dumps({"version": 1, "boxes": [factories.box()]})
    return client.put(
        reverse("answer", args=[assignment.pk]), body, content_type="application/json"
    )


def test_answers_are_taken_until_the_last_per_cent(disk, assignment):
    client, held = assignment
    disk(3)
    assert put(client, held).status_code == 200


def test_a_full_disk_answers_507_in_words_and_writes_nothing(disk, assignment):
    client, held = assignment
    disk(0.5)
    answer = put(client, held)

    assert answer.status_code == 507
    assert answer.json()["code"] == "disk_full"
    assert "kept in this browser" in answer.json()["message"]
    assert Assignment.objects.get(pk=held.pk).state == "claimed"
    disk(50)
    assert put(client, held).status_code == 200


def test_a_database_that_cannot_grow_answers_507_and_recovers(disk, assignment):
    if connection.vendor != "sqlite":
        pytest.skip("PRAGMA max_page_count is SQLite's")
    client, held = assignment
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    many = [factories.box(1 + i % 100, 1, 40) for i in range(990)]
    body = json.dumps({"version": 1, "boxes": many})
    url = reverse("answer", args=[held.pk])
    try:
        answer = client.put(url, body, content_type="application/json")
        assert answer.status_code == 507
        assert answer.json()["code"] == "disk_full"
        with pytest.raises(OperationalError, match="full"), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE filler AS SELECT zeroblob(1000000) AS bytes")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert client.put(url, body, content_type="application/json").status_code == 200


def test_an_export_with_images_waits_for_the_room_that_they_take(disk, job):
    first = job.images.first()
    labels.accept(first, [factories.box()], "human", round=None)
    big = media_path(first.file)
    with big.open("wb") as file:
        file.truncate(8 << 30)  # without a byte on the disk
    disk(12)  # 12 GB, of which 5 are kept
    row = transfers.start_export(job, None, "yolo", images=True)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert "this needs 8.0 GB" in row.error and "12.0 GB of 100 free" in row.error
    assert (row.attempts, row.finished_at) == (0, None)

    big.write_bytes(b"small")
    with media_path(job.images.last().file).open("wb") as file:
        file.truncate(8 << 30)  # it has no label, so it does not come along
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.finished_at and row.error == ""

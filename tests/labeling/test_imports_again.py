"""Imports that are killed, stopped or told of twice go on where they were."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from labeling.models import Transfer
from labeling.services import importing, jobs, transfers
from tests.factories import make_job
from tests.uploading import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_goes_on_where_it_was_killed(settings, monkeypatch):
    job = make_job()
    folder = Path(settings.IMPORT_ROOT) / "set"
    folder.mkdir()
    for i in range(60):
        (folder / f"{i:02}.png").write_bytes(picture((i, 0, 0), kind="PNG"))
    row = transfers.start_import(job, None, "folder", "set")
    real, calls = importing._Work.store, []

    def dies_at_the_second_chunk(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(importing._Work, "store", dies_at_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        transfers.run(row.pk)
    assert job.images.count() == 25
    Transfer.objects.filter(pk=row.pk).update(lease_owner="")
    transfers.run(row.pk)

    row.refresh_from_db()
    assert row.finished_at
    assert job.images.count() == 60
    assert row.report["imported"] == 60


def test_a_late_message_does_not_start_an_import_that_kills_its_workers(settings):
    job = make_job()
    (Path(settings.IMPORT_ROOT) / "set").mkdir()
    (Path(settings.IMPORT_ROOT) / "set" / "a.png").write_bytes(picture(kind="PNG"))
    row = transfers.start_import(job, None, "folder", "set")
    Transfer.objects.filter(pk=row.pk).update(attempts=transfers.MAX_ATTEMPTS)

    transfers.run(row.pk)
    transfers.nudge_waiting()

    row.refresh_from_db()
    assert (row.error, job.images.count()) == (transfers.GIVEN_UP, 0)


def test_stopping_the_worker_again_and_again_does_not_use_up_an_imports_attempts(
    settings, monkeypatch
):
    job = make_job()
    (Path(settings.IMPORT_ROOT) / "set").mkdir()
    (Path(settings.IMPORT_ROOT) / "set" / "a.png").write_bytes(picture(kind="PNG"))
    row = transfers.start_import(job, None, "folder", "set")

    def told_to_stop(*args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(importing._Work, "store", told_to_stop)
        for _ in range(transfers.MAX_ATTEMPTS + 1):
            with pytest.raises(SystemExit):
                transfers.run(row.pk)
    transfers.run(row.pk)

    row.refresh_from_db()
    assert (row.error, row.report["imported"]) == ("", 1)


def test_a_job_does_not_start_while_an_import_will_be_tried_again():
    job = make_job()
    row = transfers.start_import(job, None, "folder", "set")
    later = timezone.now() + timedelta(minutes=1)
    for known, waits in (
        ({}, True),
        ({"error": "The disk is nearly full."}, True),
        ({"error": "Killed.", "attempts": transfers.MAX_ATTEMPTS}, False),
        ({"lease_owner": "a worker at its last try", "lease_expires_at": later}, True),
        ({"finished_at": later}, False),
    ):
        Transfer.objects.filter(pk=row.pk).update(**known)
        assert any("import" in said for said in jobs.start_problems(job)) is waits, known

"""Imports that are killed, stopped or told of twice go on where they were."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from labeling.jobs import setup
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.management import reconcile
from labeling.models import Transfer
from labeling.transfers import imports, sources, transfers
from tests.factories import make_job
from tests.uploading import packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_goes_on_where_it_was_killed(settings, monkeypatch):
    job = make_job()
    folder = Path(settings.IMPORT_ROOT) / "set"
    folder.mkdir()
    for i in range(60):
        (folder / f"{i:02}.png").write_bytes(picture((i, 0, 0), kind="PNG"))
    row = transfers.start_import(job, None, "folder", "set")
    real, calls = imports._Work.store, []

    def dies_at_the_second_chunk(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(imports._Work, "store", dies_at_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        runner.run("transfer", row.pk)
    assert job.images.count() == 25
    Transfer.objects.filter(pk=row.pk).update(lease_owner="")
    runner.run("transfer", row.pk)

    row.refresh_from_db()
    assert row.finished_at
    assert job.images.count() == 60
    assert row.report["imported"] == 60


def test_a_late_message_does_not_start_an_import_that_kills_its_workers(settings):
    job = make_job()
    (Path(settings.IMPORT_ROOT) / "set").mkdir()
    (Path(settings.IMPORT_ROOT) / "set" / "a.png").write_bytes(picture(kind="PNG"))
    row = transfers.start_import(job, None, "folder", "set")
    Transfer.objects.filter(pk=row.pk).update(attempts=Transfer.MAX_DEATHS)

    runner.run("transfer", row.pk)
    reconcile.reconcile()

    row.refresh_from_db()
    assert (row.error, job.images.count()) == (Transfer.GIVEN_UP, 0)


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
        patch.setattr(imports._Work, "store", told_to_stop)
        for _ in range(Transfer.MAX_FAILURES + 1):
            with pytest.raises(SystemExit):
                runner.run("transfer", row.pk)
    runner.run("transfer", row.pk)

    row.refresh_from_db()
    assert (row.error, row.report["imported"]) == ("", 1)


def test_a_job_does_not_start_while_an_import_will_be_tried_again():
    job = make_job()
    row = transfers.start_import(job, None, "folder", "set")
    later = timezone.now() + timedelta(minutes=1)
    for known, waits in (
        ({}, True),
        ({"error": "The disk is nearly full."}, True),
        ({"error": "Killed.", "attempts": Transfer.MAX_FAILURES}, False),
        ({"lease_owner": "a worker at its last try", "lease_expires_at": later}, True),
        ({"finished_at": later}, False),
    ):
        Transfer.objects.filter(pk=row.pk).update(**known)
        assert any("import" in said for said in setup.start_problems(job)) is waits, known


def test_an_upload_that_is_given_up_is_removed_and_one_to_be_tried_again_is_kept(monkeypatch):
    bad = upload(make_job(), ("x.zip", b"PK\x03\x04 not a zip"))
    assert bad.error
    assert not media_path(bad.source).exists()

    def breaks(*_):
        raise RuntimeError("the program's mistake")

    for name, data in (("x.zip", packed({"a.jpg": picture()})), ("a.jpg", picture())):
        with monkeypatch.context() as patch:
            patch.setattr(imports._Work, "store", breaks)
            row = upload(make_job(), (name, data))
            for attempt in range(2, Transfer.MAX_FAILURES + 1):
                reconcile.reconcile()
                assert media_path(row.source).exists()
                runner.run("transfer", row.pk)
                row.refresh_from_db()
                assert row.attempts == attempt
        reconcile.reconcile()
        assert not media_path(row.source).exists()


def test_what_kills_and_broken_uploads_left_is_swept_and_nothing_else():
    kept = upload(make_job(), ("a.jpg", picture()))
    folder = media_path(sources.UPLOADS)
    for name in ("ended", "killed", "held", "fresh", "old", "old.zip"):
        (folder / name).mkdir()
        (folder / name / "a.jpg").write_bytes(picture())
    later = timezone.now() + timedelta(minutes=1)
    again = {
        "ended": {"finished_at": timezone.now()},
        "killed": {"attempts": Transfer.MAX_DEATHS, "lease_owner": "gone"},
        "held": {
            "attempts": Transfer.MAX_FAILURES,
            "error": "before",
            "lease_owner": "a worker",
            "lease_expires_at": later,
        },
    }
    for name, fields in again.items():
        row = transfers.start_import(kept.job, None, "files", f"uploads/{name}")
        expired = {"lease_expires_at": timezone.now() - timedelta(minutes=1)}
        Transfer.objects.filter(pk=row.pk).update(**{**expired, **fields})
    for name in ("old", "old.zip"):
        long_ago = (timezone.now() - timedelta(days=2)).timestamp()
        os.utime(folder / name, (long_ago, long_ago))

    reconcile.reconcile()

    assert sorted(path.name for path in folder.iterdir()) == ["fresh", "held"]

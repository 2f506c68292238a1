"""A site is backed up into one file while it runs, and comes back as it was."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests import prepared
from tests.services import POSTGRES, postgres_database

ROOT = Path(__file__).resolve().parents[2]
PICTURE = b"picture" * 1000
FILL = """
from django.contrib.auth.models import User
from labeling.jobs import setup
User.objects.create_user("ana", password="a long password")
setup.create("Birds", User.objects.get())
"""
SEE = """
from django.db.migrations.recorder import MigrationRecorder
from django.db import connection
from labeling.models import Job
print([job.name for job in Job.objects.all()])
print(("admin", "0003_logentry_add_action_flag_choices")
      in MigrationRecorder(connection).applied_migrations())
"""


def manage(data: Path, *command: str, good: bool = True, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "LABELING_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode == 0) == good, done.stderr
    return done.stdout + done.stderr


def fill(data: Path, **settings: str) -> None:
    """A job, a picture, and tables of an older version."""
    manage(data, "shell", "-v0", "-c", FILL, **settings)
    manage(data, "migrate", "admin", "0002", **settings)
    picture = data / "media" / "jobs" / "1" / "a.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(PICTURE)


@pytest.fixture(scope="module")
def backup(tmp_path_factory) -> tuple[Path, Path]:
    """The data folder of a site and its backup."""
    folder = tmp_path_factory.mktemp("site")
    fill(prepared.data_folder(folder / "data"))
    said = manage(folder / "data", "backup", str(folder / "site.tar"))
    assert "5 files" in said  # about, database, two keys, the picture
    return folder / "data", folder / "site.tar"


def test_what_was_backed_up_comes_back_and_its_tables_are_brought_up_to_date(backup, tmp_path):
    data, file = backup
    fresh = tmp_path / "fresh"

    assert "Restored" in manage(fresh, "restore", str(file))

    assert (fresh / "media" / "jobs" / "1" / "a.jpg").read_bytes() == PICTURE
    for key in ("secret_key", "signing_key"):
        assert (fresh / key).read_text() == (data / key).read_text()
    assert manage(fresh, "shell", "-v0", "-c", SEE).split("\n")[:2] == ["['Birds']", "True"]
    assert not (fresh / "restoring").exists()
    assert fresh.joinpath("boxwise.sqlite3").stat().st_mode & 0o077 == 0
    said = manage(fresh, "restore", str(file), good=False)
    assert "There is a site already" in said
    assert "is there already" in manage(data, "backup", str(file), good=False)


def test_a_restore_that_was_cut_off_is_begun_again(backup, tmp_path):
    _, file = backup
    fresh = tmp_path / "fresh"
    for left in ("restoring/media/half.jpg", "media/jobs/9/other.jpg"):
        (fresh / left).parent.mkdir(parents=True)
        (fresh / left).write_bytes(b"half")

    manage(fresh, "restore", str(file))

    assert [p.name for p in (fresh / "media").rglob("*") if p.is_file()] == ["a.jpg"]


def changed(file: Path, target: Path, name: str, content: bytes | None) -> Path:
    """The backup with another content of one file; None: it ends before that."""
    with tarfile.open(file) as before, tarfile.open(target, "w") as after:
        for member in before:
            data = before.extractfile(member).read()
            if member.name == name:
                if content is None:
                    break
                data, member.size = content, len(content)
            after.addfile(member, io.BytesIO(data))
    return target


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("media/jobs/1/a.jpg", b"other", "media/jobs/1/a.jpg is not what was backed up"),
        ("SHA256SUMS", None, "no whole backup"),
        ("about.json", {"format": "zip"}, "no backup of Boxwise"),
        ("about.json", {"database": "postgresql"}, "set DATABASE_URL as it was there"),
        ("about.json", {"migrations": ["labeling.0999_later"]}, "of a newer version"),
    ],
)
def test_what_cannot_be_restored_is_refused_and_leaves_nothing(
    backup, tmp_path, name, content, said
):
    _, file = backup
    if isinstance(content, dict):
        with tarfile.open(file) as archive:
            about = json.load(archive.extractfile("about.json"))
        content = json.dumps({**about, **content}).encode()
    wrong = changed(file, tmp_path / "wrong.tar", name, content)
    fresh = tmp_path / "fresh"

    assert said in manage(fresh, "restore", str(wrong), good=False)

    assert not (fresh / "boxwise.sqlite3").exists()
    assert not (fresh / "media").exists()
    assert not (fresh / "restoring").exists()


def test_a_site_on_postgresql_comes_back_into_an_empty_database(tmp_path):
    import psycopg

    data, fresh, file = tmp_path / "data", tmp_path / "fresh", str(tmp_path / "site.tar")
    with postgres_database("boxwise_backup") as url:
        fill(data, DATABASE_URL=url)
        manage(data, "backup", file, DATABASE_URL=url)
        name = f"{url.rsplit('/', 1)[1]}_fresh"
        empty = f"{url.rsplit('/', 1)[0]}/{name}"
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            try:
                manage(fresh, "restore", file, DATABASE_URL=empty)
                seen = manage(fresh, "shell", "-v0", "-c", SEE, DATABASE_URL=empty)
                refused = manage(fresh, "restore", file, good=False, DATABASE_URL=empty)
            finally:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert seen.split("\n")[:2] == ["['Birds']", "True"]
    assert "There is a site already" in refused
    assert (fresh / "media" / "jobs" / "1" / "a.jpg").read_bytes() == PICTURE

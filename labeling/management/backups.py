"""Copies all that a site is into one file, while it runs."""

import hashlib
import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, TypedDict, cast

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

FORMAT = "boxwise-backup-1"
ABOUT, SUMS = "about.json", "SHA256SUMS"
KEYS = ("secret_key", "signing_key")
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MEDIA = "media"

Told = Callable[[int, int], None]  # files done, bytes


class About(TypedDict):
    """The first file of a backup."""

    format: str
    made_at: str
    database: str  # sqlite, postgresql
    migrations: list[str]  # app.name of those that had run


class _Summing:
    """Reads a file and adds up what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        found = self._file.read(size)
        self.sum.update(found)
        return found


def back_up(target: Path, told: Told) -> int:
    """Write the site to `target`, a tar file that is whole or not there; the number of files.

    The database is copied first, so that every picture it names, which never changes, is still to
    come. A picture that is removed meanwhile is left out.
    """
    if target.exists():
        raise CommandError(f"{target} is there already: name a new file.")
    aside = target.with_name(f"{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        database = Path(folder) / DATABASES[connection.vendor]
        about = _about()
        _copy_database(database)
        sums: list[str] = []
        try:
            with aside.open("wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
                _add_text(archive, ABOUT, json.dumps(about, indent=2), sums)
                for name, path in _files(database):
                    _add_file(archive, name, path, sums)
                    told(len(sums), file.tell())
                _add_text(archive, SUMS, "".join(sums), None)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    return len(sums)


def _about() -> About:
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "database": connection.vendor,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
    }


def _copy_database(target: Path) -> None:
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        # the online copy: what stands in the log of a running database is in it, too
        with (
            closing(sqlite3.connect(place["NAME"])) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        return
    run_postgres("pg_dump", "--format=custom", "--no-owner", "--file", str(target))


def run_postgres(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, of the server's version or newer, on this database.

    The password goes by the environment: arguments are seen by everybody on the machine.
    """
    place = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    known = {to: str(place[name]) for name, to in names.items() if place[name]}
    try:
        subprocess.run(
            [program, *arguments, "--dbname", place["NAME"]],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **known},
        )
    except FileNotFoundError as error:
        raise CommandError(f"{program} is not installed: it comes with PostgreSQL.") from error
    except subprocess.CalledProcessError as error:
        raise CommandError(f"{program} failed: {error.stderr.strip()[-500:]}") from error


def _files(database: Path) -> Iterator[tuple[str, Path]]:
    yield database.name, database
    for name in KEYS:
        if (path := settings.DATA_DIR / name).is_file():
            yield name, path
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if path.is_file():
            yield f"{MEDIA}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}", path


def _add_text(archive: tarfile.TarFile, name: str, text: str, sums: list[str] | None) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        _add(archive, name, file, len(text.encode()), sums)


def _add_file(archive: tarfile.TarFile, name: str, path: Path, sums: list[str]) -> None:
    try:
        with path.open("rb") as file:
            _add(archive, name, file, path.stat().st_size, sums)
    except FileNotFoundError:
        return


def _add(
    archive: tarfile.TarFile, name: str, file: IO[bytes], size: int, sums: list[str] | None
) -> None:
    file.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(timezone.now().timestamp())
    summing = _Summing(file)
    archive.addfile(member, cast(IO[bytes], summing))
    if sums is not None:
        sums.append(f"{summing.sum.hexdigest()}  {name}\n")

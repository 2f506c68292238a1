"""Puts a backup into an empty data folder (and database), and brings its tables up to date."""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from labeling.management.backups import (
    ABOUT,
    DATABASES,
    FORMAT,
    KEYS,
    MEDIA,
    SUMS,
    About,
    Told,
    run_postgres,
)

UNFINISHED = "restoring"  # in the data folder until a restore has ended


def restore(source: Path, told: Told) -> About:
    """Restore `source`; the database comes last, so that what was cut off is begun again.

    Raises CommandError where there is a site already, for a file that is damaged, not whole, of a
    newer version or of another kind of database; nothing is changed then.
    """
    folder, media = settings.DATA_DIR / UNFINISHED, Path(settings.MEDIA_ROOT)
    _check_empty(cut_off=folder.exists())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        about = _unpack(source, folder, told)
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(media, ignore_errors=True)  # empty, or of a restore that was cut off
    (folder / MEDIA).mkdir(exist_ok=True)
    (folder / MEDIA).replace(media)
    for name in KEYS:
        if (folder / name).is_file():
            (folder / name).replace(settings.DATA_DIR / name)
    _put_database(folder / DATABASES[about["database"]])
    call_command("migrate", interactive=False, verbosity=0)
    shutil.rmtree(folder)
    return about


def _check_empty(*, cut_off: bool) -> None:
    media = Path(settings.MEDIA_ROOT)
    if connection.vendor == "sqlite":
        full = Path(connection.settings_dict["NAME"]).exists()
    else:
        full = bool(connection.introspection.table_names())
    if full or (not cut_off and media.exists() and any(media.iterdir())):
        raise CommandError(
            f"There is a site already, in {settings.DATA_DIR} or its database. Name an empty "
            "folder in LABELING_DATA, and an empty database if DATABASE_URL is set."
        )


def _unpack(source: Path, folder: Path, told: Told) -> About:
    """The backup's files in `folder`, each as it was when the backup was made."""
    found: dict[str, str] = {}
    about: About | None = None
    try:
        with tarfile.open(source, mode="r:") as archive:
            for member in archive:
                archive.extract(member, folder, filter="data")
                if member.name == ABOUT:
                    about = _known(json.loads((folder / ABOUT).read_text()), source)
                with (folder / member.name).open("rb") as file:
                    found[member.name] = hashlib.file_digest(file, "sha256").hexdigest()
                told(len(found), archive.offset)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise CommandError(f"{source} cannot be read as a backup: {error}") from error
    if about is None or SUMS not in found:
        raise CommandError(f"{source} is no whole backup: its last file is missing.")
    lines = (folder / SUMS).read_text().splitlines()
    expected = {name: total for total, _, name in (line.partition("  ") for line in lines)}
    del found[SUMS]
    if wrong := sorted(set(expected.items()) ^ set(found.items())):
        raise CommandError(f"{source} is damaged: {wrong[0][0]} is not what was backed up.")
    return about


def _known(about: About, source: Path) -> About:
    """The same, if this program can read it."""
    if about.get("format") != FORMAT:
        raise CommandError(f"{source} is no backup of Boxwise.")
    if about["database"] != connection.vendor:
        raise CommandError(
            f"The backup is of {about['database']}, and this site's database is "
            f"{connection.vendor}: set DATABASE_URL as it was there."
        )
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(about["migrations"]) - ours):
        raise CommandError(f"The backup is of a newer version (it has {newer[0]}): update first.")
    return about


def _put_database(copied: Path) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        copied.replace(connection.settings_dict["NAME"])
    else:
        options = ("--exit-on-error", "--single-transaction", "--no-owner")
        run_postgres("pg_restore", *options, str(copied))

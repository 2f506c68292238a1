"""Start-up checks: what is misconfigured and how to fix it."""

import importlib.util
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

Apps: TypeAlias = Sequence[AppConfig] | None
LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def sqlite_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset corruption (sqlite.org/wal.html)."""
    fixed_branches = {(3, 44): 6, (3, 50): 7}
    if version[:2] in fixed_branches:
        return version[2] >= fixed_branches[version[0], version[1]]
    return version >= (3, 51, 3)


@register()
def sqlite_version(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """The SQLite library must not corrupt a database that two processes write."""
    if not settings.SQLITE or sqlite_is_safe(sqlite3.sqlite_version_info):
        return []
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} can corrupt the database when web server and worker "
            "write at the same moment.",
            hint="Install pysqlite3 (pip install -r requirements.txt), or use PostgreSQL by "
            "DATABASE_URL.",
            id="labeling.E001",
        )
    ]


@register()
def data_folder(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """The data folder must be there and writable."""
    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return [
            Error(
                f"The data folder {folder} cannot be written: {error}",
                hint="Set LABELING_DATA to a folder that this user may write to.",
                id="labeling.E002",
            )
        ]
    return []


@register()
def debug_is_private(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Debug pages show settings and code, so they are for this machine only."""
    public = [h for h in settings.ALLOWED_HOSTS if h not in LOCAL]
    if settings.DEBUG and public:
        return [
            Error(
                f"DEBUG is on while the server answers to {', '.join(public)}.",
                hint="Unset DEBUG, or let ALLOWED_HOSTS name localhost only.",
                id="labeling.E003",
            )
        ]
    return []


@register()
def hosts_are_named(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """A wildcard host lets a stranger's page forge links and resets."""
    if "*" in settings.ALLOWED_HOSTS:
        return [
            Error(
                "ALLOWED_HOSTS is *.",
                hint="Name the hosts people use, e.g. ALLOWED_HOSTS=boxes.example.org.",
                id="labeling.E004",
            )
        ]
    return []


@register()
def proxies_are_named(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Behind a proxy that is not named all people come from one address, and share its limits."""
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "BEHIND_PROXY is on, but no proxy is trusted to say whose a request is: failed "
                "sign-ins of everybody count as one person's.",
                hint="Name the proxy's address, e.g. TRUSTED_PROXIES=10.0.0.7.",
                id="labeling.W001",
            )
        ]
    return []


@register()
def packages_of_backends(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Every chosen backend needs its package."""
    wanted = {
        "psycopg": (not settings.SQLITE, "DATABASE_URL"),
        "channels_redis": (bool(settings.REDIS_URL), "REDIS_URL"),
        "django_tasks_rq": (settings.TASKS_BACKEND == "rq", "TASKS_BACKEND=rq"),
    }
    return [
        Error(
            f"{reason} needs the package {name.replace('_', '-')}.",
            hint="pip install -r requirements.txt",
            id="labeling.E005",
        )
        for name, (chosen, reason) in wanted.items()
        if chosen and importlib.util.find_spec(name) is None
    ]

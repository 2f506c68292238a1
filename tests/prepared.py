"""Databases with all tables, and collected static files: made once a test run, then copied.

A fresh database costs four seconds of processor time, the static files five; dozens of tests start
processes on a data folder or database of their own.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("TESTS_PREPARED", ""))
COLLECT = """
from django.conf import settings
from labeling.management.commands import serve
settings.STATIC_ROOT.mkdir()
serve._collect_if_changed()
"""


@contextmanager
def once(name: str, make: Callable[[], object]) -> Iterator[None]:
    """What one of the test processes has made; nobody else changes it meanwhile."""
    with (HOME / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (HOME / f"{name}.made").exists():
            make()
            (HOME / f"{name}.made").touch()
        yield


def _manage(data: Path, url: str, *command: str) -> None:
    env = {**os.environ, "LABELING_DATA": str(data), "DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def data_folder(folder: Path, static: bool = False) -> Path:
    """Give the folder a database with all tables, and the static files if a server will run."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = HOME / "database"
    with once("database", lambda: _manage(made, "", "migrate", "--verbosity", "0")):
        shutil.copy2(made / "boxwise.sqlite3", folder)
    if static:
        files = HOME / "files"
        with once("files", lambda: _manage(files, "", "shell", "-v0", "-c", COLLECT)):
            shutil.copytree(files / "static", folder / "static")
    return folder


def migrate(url: str) -> None:
    """Make all tables of this database."""
    _manage(HOME / "other", url, "migrate", "--verbosity", "0")

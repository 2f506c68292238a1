"""Settings: a broken one is refused in words."""

import os
import re
import secrets
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from labeling.environment import kept_key

ROOT = Path(__file__).resolve().parent.parent
KEY = partial(secrets.token_urlsafe, 64)
READERS = re.compile(r"\b(?:text|flag|number|secret|choice)\(\s*\"([A-Z_]+)\"")


def variables() -> set[str]:
    """Names that the settings read."""
    return set(READERS.findall((ROOT / "labeling/settings.py").read_text()))


def run(tmp_path: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """manage.py with these variables."""
    clean = {k: v for k, v in os.environ.items() if k not in variables()}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**clean, "LABELING_DATA": str(tmp_path), **env},
    )


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"DEBUG": "1", "ALLOWED_HOSTS": "boxes.example.org"}, "DEBUG is on while"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is *"),
        ({"DEBUG": "maybe"}, "DEBUG='maybe'"),
        ({"SIGNING_KEY": "secret"}, "SIGNING_KEY must be 64 hexadecimal digits"),
        ({"WEBHOOK_HOSTS": "a.org, https://b.org/"}, "'https://b.org/' is no host"),
        ({"TASKS_BACKEND": "celery"}, "choose from database, rq"),
        ({"TASKS_BACKEND": "rq"}, "needs REDIS_URL"),
        ({"MLASSIST_SHARDS": "many"}, "must be a whole number"),
        ({"MLASSIST_WEIGHTS": "/nowhere/x.safetensors"}, "there is no such file"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE='/nowhere/key' cannot be read"),
        ({"LABELING_DATA": "/proc/nothing"}, "cannot be written"),
    ],
)
def test_a_broken_setting_stops_the_start_in_words(tmp_path, env, words):
    answer = run(tmp_path, "check", **env)
    assert answer.returncode != 0
    assert words in answer.stderr
    assert "settings.py" not in answer.stderr.split("ImproperlyConfigured")[-1]


def test_the_default_settings_pass_every_check(tmp_path):
    answer = run(tmp_path, "check", "--fail-level", "WARNING")
    assert answer.returncode == 0, answer.stderr


def test_a_public_server_passes_djangos_deployment_checks(tmp_path):
    answer = run(
        tmp_path,
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        HTTPS="1",
        ALLOWED_HOSTS="boxes.example.org",
    )
    assert answer.returncode == 0, answer.stderr


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    run(tmp_path, "check")
    key = tmp_path / "secret_key"
    first = key.read_text()
    run(tmp_path, "check")

    assert len(first) > 50
    assert key.read_text() == first
    assert key.stat().st_mode & 0o077 == 0


def test_all_that_start_for_the_first_time_at_once_get_one_key(tmp_path):
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        gate = threading.Barrier(8)

        def start(_: int, folder: Path = folder, gate: threading.Barrier = gate) -> str:
            gate.wait()
            return kept_key(folder, "secret_key", KEY)

        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(start, range(8)))
        assert len(keys) == 1 and len(keys.pop()) > 50


def test_a_key_that_a_crash_left_empty_is_made_anew(tmp_path):
    (tmp_path / "secret_key").touch()
    key = kept_key(tmp_path, "secret_key", KEY)
    assert len(key) > 50
    assert kept_key(tmp_path, "secret_key", KEY) == key


def test_migrations_are_complete(tmp_path):
    answer = run(tmp_path, "makemigrations", "--check", "--dry-run")
    assert answer.returncode == 0, answer.stdout + answer.stderr


MINIMUM = {
    "django": (5, 2, 18),
    "djangorestframework": (3, 17, 2),
    "pillow": (13, 0, 0),
    "torch": (2, 10, 0),
}


def test_packages_are_newer_than_their_known_holes():
    from importlib.metadata import version

    for name, least in MINIMUM.items():
        found = tuple(int(n) for n in re.findall(r"\d+", version(name))[:3])
        assert found >= least, name


@pytest.mark.parametrize("command", [("worker",), ("simulate", "--job", "demo")])
def test_a_command_without_a_database_says_so(tmp_path, command):
    done = run(tmp_path, *command)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "is not set up" in done.stderr and "manage.py migrate" in done.stderr
    assert str(tmp_path) in done.stderr


def test_a_database_that_cannot_be_reached_is_named(tmp_path):
    done = run(tmp_path, "serve", DATABASE_URL="postgres://nobody:hidden@127.0.0.1:9/nothing")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "hidden" not in done.stderr
    assert "The database 127.0.0.1/nothing cannot be reached" in done.stderr

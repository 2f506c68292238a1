"""Named people, a small job and its pictures, on a temporary data folder."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from labeling.kernel import changes
from labeling.models import Job
from tests import factories
from tests.auditing import at_its_audit

LONGEST = (
    "test_demo.py",
    "test_crashes.py",
    "test_many_processes.py",
    "test_backends.py",
    "test_birds.py",
    "journeys/",
    "browser/",  # together: they share a server and a browser
    "client/",  # likewise
    "test_multi_gpu.py",
    "test_training.py",
    "test_designs.py",
    "test_serve.py",
    "test_demo_command.py",
    "test_failures.py",
    "mlassist/",
    "test_races.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: one file goes to one process, and the last one would run alone."""
    items.sort(
        key=lambda item: next((i for i, n in enumerate(LONGEST) if n in item.nodeid), len(LONGEST))
    )


@pytest.fixture(autouse=True, scope="module")
def blame() -> Iterator[None]:
    """What a file's tests leave open is found at its end, not in the middle of another file."""
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="session")
def emptied_quickly() -> None:
    """PostgreSQL truncates fifty tables in a second and deletes a few rows of each at once.

    In any order: Django's foreign keys are looked at when the transaction ends.
    """
    truncate = DatabaseOperations.sql_flush

    def flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        if reset_sequences:
            return truncate(self, style, tables, reset_sequences=True, allow_cascade=allow_cascade)
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    DatabaseOperations.sql_flush = flush


@pytest.fixture(autouse=True)
def commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own transaction is never committed: what follows a change runs as if it were.

    Only that; messages to workers stay unsent, for tests run the steps themselves.
    """
    leave = transaction.Atomic.__exit__

    def run_due(using: str | None) -> None:
        open_ = transaction.get_connection(using)
        if not all(block._from_testcase for block in open_.atomic_blocks):
            return
        due = [row for row in open_.run_on_commit if row[1].__module__ == changes.__name__]
        open_.run_on_commit = [row for row in open_.run_on_commit if row not in due]
        for _, follow_up, _ in due:
            follow_up()

    def exit_(block: transaction.Atomic, *error: Any) -> None:
        leave(block, *error)
        if not block._from_testcase:
            run_due(block.using)

    def on_commit(function: Any, using: str | None = None, robust: bool = False) -> None:
        open_ = transaction.get_connection(using)
        open_.on_commit(function, robust and open_.in_atomic_block)
        run_due(using)

    monkeypatch.setattr(transaction.Atomic, "__exit__", exit_)
    monkeypatch.setattr(transaction, "on_commit", on_commit)


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    """Each test has its own folder of pictures and files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.IMPORT_ROOT = tmp_path / "import"
    settings.IMPORT_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # the tests run before collectstatic has written its manifest
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    return settings.MEDIA_ROOT


@pytest.fixture
def alice(db):
    """An annotator."""
    return factories.person("alice")


@pytest.fixture
def bob(db):
    """Another annotator."""
    return factories.person("bob")


@pytest.fixture
def rita(db):
    """A reviewer."""
    return factories.person("rita")


@pytest.fixture
def mona(db):
    """A manager and project admin."""
    return factories.project_admin("mona")


@pytest.fixture
def eve(db):
    """An outsider with an account."""
    return factories.person("eve")


@pytest.fixture
def job(alice, bob, rita, mona) -> Job:
    """A draft job of twelve images, without model assistance, one person per image."""
    made = factories.make_job(**factories.ALONE, assist=False, pilot_size=2, batch_size=4)
    factories.join(made, alice, "annotator")
    factories.join(made, bob, "annotator")
    factories.join(made, rita, "reviewer")
    factories.join(made, mona, "manager")
    factories.make_images(made, 12)
    return made


@pytest.fixture
def admin(mona) -> Client:
    """The project admin's browser."""
    client = Client()
    client.force_login(mona)
    return client


@pytest.fixture
def closing(settings, alice, rita, bob):
    """A certified job at its audit: 100 images left, all seen rightly, ten in people's hands."""
    yield from at_its_audit(settings, alice, (rita, bob), early=10, monitoring_share=0.6)

"""PostgreSQL and Redis of this machine, for the tests that need them for real."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests import prepared

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
TEMPLATE = f"boxwise_{prepared.HOME.name}"


def _connection() -> Any:
    import psycopg

    return psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)


def _address(name: str) -> str:
    return POSTGRES.rsplit("/", 1)[0] + f"/{name}"


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """The address of a database with all tables, dropped afterwards; skips without a server."""
    import psycopg

    try:
        connection = _connection()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}: {error}")

    def make() -> None:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
        prepared.migrate(_address(TEMPLATE))

    with connection:
        fresh = f"{name}_{os.getpid()}"
        connection.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
        with prepared.once("postgres", make):
            connection.execute(f'CREATE DATABASE "{fresh}" TEMPLATE "{TEMPLATE}"')
        try:
            yield _address(fresh)
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')


def drop_template() -> None:
    """Remove what `postgres_database` copied, at the end of a whole run."""
    if (prepared.HOME / "postgres.made").exists():
        with _connection() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


def redis_url() -> str:
    """The address of an emptied Redis database; skips where none answers."""
    import redis

    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.flushdb()
    except redis.ConnectionError as error:
        pytest.skip(f"no Redis answers at {REDIS}: {error}")
    finally:
        client.close()
    return REDIS

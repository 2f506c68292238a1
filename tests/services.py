"""PostgreSQL and Redis of this machine, for the tests that need them for real."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """The address of a fresh database, dropped afterwards; skips where no server answers."""
    import psycopg

    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}: {error}")
    with connection:
        fresh = f"{name}_{os.getpid()}"
        connection.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{fresh}"')
        try:
            yield POSTGRES.rsplit("/", 1)[0] + f"/{fresh}"
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')


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

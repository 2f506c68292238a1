"""A real server with its workers, and the client that asks it."""

from collections.abc import Iterator

import pytest
from boxwise import Boxwise

from tests.browser.serving import Backstage, Served


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`manage.py serve` with its workers."""
    server = Served(tmp_path_factory.mktemp("client"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="package")
def backstage(served: Served) -> Iterator[Backstage]:
    """Services on the server's data, with a project admin and an annotator."""
    helper = Backstage(served.env)
    helper("person", name="mona", project_admin=True)
    helper("person", name="alice")
    yield helper
    helper.close()


@pytest.fixture(scope="package")
def token(backstage: Backstage) -> str:
    """The project admin's."""
    return str(backstage("token", name="mona"))


@pytest.fixture
def site(served: Served, token: str, monkeypatch: pytest.MonkeyPatch) -> Boxwise:
    """The client, as its environment tells it."""
    monkeypatch.setenv("BOXWISE_URL", served.url)
    monkeypatch.setenv("BOXWISE_TOKEN", token)
    return Boxwise()

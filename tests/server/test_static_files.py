"""Static files with their headers, and nothing that a tool keeps among them for itself."""

import asyncio

import pytest

from labeling.server.static import StaticFiles


@pytest.fixture
def get(settings, tmp_path):
    """Asks for a path below a folder of a few files; the status and headers."""
    settings.STATIC_ROOT = tmp_path
    for name in (
        "style.0123456789ab.css",
        "plain.css",
        ".sources",
        ".git/config",
        "style/.hidden.css",
        "..odd/x.css",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("p {}")
    files = StaticFiles(None)

    def ask(path):
        answers = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            if message["type"] == "http.response.start":
                answers.append((message["status"], dict(message["headers"])))

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [],
            "http_version": "1.1",
        }
        asyncio.run(files(scope, receive, send))
        return answers[0]

    return ask


def test_hashed_names_are_kept_for_ever_and_others_are_not(get):
    assert "immutable" in get("/static/style.0123456789ab.css")[1][b"cache-control"].decode()
    status, headers = get("/static/plain.css")
    assert status == 200
    assert "immutable" not in headers[b"cache-control"].decode()
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert get("/static/none.css")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        ".sources",
        ".git/config",
        "style/.hidden.css",
        "..odd/x.css",
        "style/../.sources",
        "%2esources",
        "..%2f.sources",
        "./.sources",
        "//.sources",
        ".SOURCES",
        ".sources/",
    ],
)
def test_nothing_that_begins_with_a_dot_is_served(get, path):
    assert get(f"/static/{path}")[0] == 404

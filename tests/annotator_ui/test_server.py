"""The web server's own layers: whole bodies only, static files with their headers."""

import asyncio

import pytest
from a2wsgi import WSGIMiddleware
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from labeling.asgi import WholeBody

SCOPE = {
    "type": "http", "method": "POST", "path": "/", "query_string": b"", "http_version": "1.1",
    "headers": [(b"content-length", b"10"), (b"content-type", b"application/json")],
}  # fmt: skip


def ask(messages):
    """What a WSGI application got to read of a body that came as these messages."""
    read = []

    def application(environ, start_response):
        from django.core.handlers.wsgi import WSGIRequest

        request: HttpRequest = WSGIRequest(environ)
        try:
            read.append(request.body)
        except (UnreadablePostError, RequestDataTooBig) as error:
            read.append(error)
        start_response("200 OK", [])
        return [b""]

    left = list(messages)

    async def receive():
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message):
        pass

    asyncio.run(WholeBody(WSGIMiddleware(application, workers=1))(SCOPE, receive, send))
    return read[0]


def body(part: bytes, more: bool) -> dict[str, object]:
    return {"type": "http.request", "body": part, "more_body": more}


def test_a_body_in_pieces_arrives_whole():
    assert ask([body(b"01234", True), body(b"56789", False)]) == b"0123456789"


def test_a_body_broken_off_is_an_error_not_a_shorter_body():
    assert isinstance(ask([body(b"01234", True)]), UnreadablePostError)


@pytest.mark.django_db(transaction=True)
def test_static_files_are_served_beside_django_with_their_headers(settings, tmp_path):
    from labeling.asgi import static_files

    settings.STATIC_ROOT = tmp_path
    (tmp_path / "style.0123456789ab.css").write_text("p {}")
    (tmp_path / "plain.css").write_text("p {}")
    answers = {}

    async def get(path):
        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            if message["type"] == "http.response.start":
                answers[path] = message["status"], dict(message["headers"])

        scope = {**SCOPE, "method": "GET", "path": path, "headers": []}
        await static_files(None)(scope, receive, send)

    for path in ("/static/style.0123456789ab.css", "/static/plain.css", "/static/none.css"):
        asyncio.run(get(path))

    hashed, plain, none = answers.values()
    assert "immutable" in hashed[1][b"cache-control"].decode()
    assert "immutable" not in plain[1][b"cache-control"].decode()
    assert hashed[1][b"x-content-type-options"] == b"nosniff"
    assert none[0] == 404

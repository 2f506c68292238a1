"""Entry of the web server: static files, HTTP to Django, WebSockets to the live pages.

Django runs as WSGI in a few threads that live on, each with its database connection: under its own
ASGI handler every request gets a new thread and a new connection, which costs more than its work.
"""

import os
from typing import Any

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from servestatic import ServeStaticASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
THREADS = 8  # a slow export must not hold up the small requests; more only wait for one lock
HASHED = r"\.[0-9a-f]{12}\.[^/]+$"  # names that collectstatic made: browsers may keep them for ever


class WholeBody:
    """Fails reading a body that its sender broke off: half an upload is not a file."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass everything on but a disconnect in the middle of the body."""
        ended = False

        async def receive_whole() -> Any:
            nonlocal ended
            message = await receive()
            if message["type"] == "http.disconnect" and not ended:
                raise ConnectionAbortedError("The browser went away in the middle of its request.")
            ended = ended or not message.get("more_body", False)
            return message

        await self.app(scope, receive_whole, send)


def _static_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def static_files(app: Any) -> ServeStaticASGI:
    """Serves what collectstatic gathered, and hands every other request on."""
    return ServeStaticASGI(
        app,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=HASHED,
        allow_all_origins=False,
        add_headers_function=_static_headers,
    )


django: Any = get_wsgi_application()
http = static_files(WholeBody(WSGIMiddleware(django, workers=THREADS)))

# Consumers import models, which need the application registry that the line above fills.
from annotator_ui.live import websocket_urls  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urls))),
    }
)

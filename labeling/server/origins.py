"""Who may open a WebSocket: pages of this very server, its port included."""

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host

from labeling.server.protocol import App, Receive, Scope, Send

DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOrigin:
    """Turns away what another site's page, or another program's page on this machine, opens.

    Cookies know no ports: a page of another port of this host would come with our session.
    """

    def __init__(self, app: App) -> None:
        self.app, self.denied = app, WebsocketDenier()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from where it goes to."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        app = self.app if is_same_origin(origin, host) else self.denied
        await app(scope, receive, send)


def is_same_origin(origin: str, host: str) -> bool:
    """Whether `origin` ("https://name:port") is the host that was asked, or trusted by setting."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        page = urlsplit(origin)
        asked = urlsplit(f"//{host}")
        default = DEFAULT_PORTS.get(page.scheme)
        same = (page.hostname, page.port or default) == (asked.hostname, asked.port or default)
    except ValueError:
        return False
    known = validate_host(_bracketed(page.hostname or ""), settings.ALLOWED_HOSTS)
    return default is not None and same and known


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name

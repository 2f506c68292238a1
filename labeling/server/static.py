"""Static files, each with its headers; nothing whose name begins with a dot."""

from collections.abc import MutableMapping

from django.conf import settings
from servestatic import ServeStaticASGI

from labeling.server.protocol import App

HASHED = r"\.[0-9a-f]{12}\.[^/]+$"  # names that collectstatic made: browsers may keep them for ever


class StaticFiles(ServeStaticASGI):  # type: ignore[misc]
    """Serves what collectstatic gathered, and hands every other request on."""

    def __init__(self, app: App) -> None:
        super().__init__(
            app,
            root=settings.STATIC_ROOT,
            prefix=settings.STATIC_URL,
            immutable_file_test=HASHED,
            allow_all_origins=False,
            add_headers_function=_headers,
        )

    def add_file_to_dictionary(self, url: str, path: str, *args: object, **kwargs: object) -> None:
        """Leave out what a tool put among the files for itself, e.g. `.git` or our own mark."""
        if "/." not in url:
            super().add_file_to_dictionary(url, path, *args, **kwargs)


def _headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"

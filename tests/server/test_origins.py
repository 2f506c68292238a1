"""Which pages may open a WebSocket."""

import pytest

from labeling.server.origins import is_same_origin


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://localhost:8001", "localhost:8000", False),  # cookies know no ports
        ("http://localhost", "localhost:8000", False),
        ("http://localhost", "localhost", True),
        ("http://localhost:80", "localhost", True),
        ("https://localhost", "localhost:443", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://127.0.0.1:8000", "localhost:8000", False),
        ("http://evil.example:8000", "evil.example:8000", False),  # not one of ALLOWED_HOSTS
        ("http://evil.example", "localhost:8000", False),
        ("https://trusted.example", "localhost:8000", True),
        ("null", "localhost:8000", False),
        ("", "localhost:8000", False),
        ("http://localhost:nonsense", "localhost:8000", False),
        ("file://localhost", "localhost", False),
    ],
)
def test_a_socket_is_opened_by_this_servers_pages_only(settings, origin, host, same):
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert is_same_origin(origin, host) is same

"""Every answer of the server in these tests is held against the OpenAPI document."""

from tests.documented import reached

__all__ = ["reached"]

"""How the OpenAPI description names our session log-in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Django's session cookie."""

    target_class = "annotator_ui.api.access.Session"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie, with the CSRF header on writes."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}

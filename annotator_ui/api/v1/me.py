"""Whose token this is, and what it may do."""

from typing import TypedDict

from rest_framework.request import Request

from annotator_ui.api import access
from annotator_ui.api.replies import Reply
from annotator_ui.api.v1.base import V1View, operation
from labeling.models import ApiToken
from labeling.models.member import display_name


class Me(TypedDict):
    """The person that asks; `scope` and `expires_at` are the token's, null for a session."""

    id: int
    username: str
    name: str
    is_superuser: bool
    scope: ApiToken.Scope | None
    expires_at: str | None


class OwnAccount(V1View):
    """The person that asks."""

    @operation("me")
    def get(self, request: Request) -> Reply[Me]:
        """Who you are here."""
        user = access.person(request)
        token = request.auth if isinstance(request.auth, ApiToken) else None
        return Reply(
            {
                "id": user.pk,
                "username": user.get_username(),
                "name": display_name(user),
                "is_superuser": user.is_superuser,
                "scope": ApiToken.Scope(token.scope) if token else None,
                "expires_at": token.expires_at.isoformat() if token else None,
            }
        )

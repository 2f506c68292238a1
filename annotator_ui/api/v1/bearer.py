"""Access tokens in the header Authorization: who asks, and what the token lets them do."""

from django.contrib.auth.models import User
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from labeling.jobs import tokens
from labeling.models import ApiToken

HOW = "Send one in the header Authorization: Bearer bxw_... (make it under Access tokens)."


class BadToken(AuthenticationFailed):
    """No token, or one that does not work (any more)."""

    default_code = "bad_token"


class Bearer(BaseAuthentication):
    """An access token; with one in the header a session's cookie counts for nothing."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Its owner; None where the header names no token."""
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        token = tokens.found(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise BadToken(f"This token is unknown, expired or revoked. {HOW}")
        tokens.used(token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """What makes REST framework answer 401."""
        return 'Bearer realm="Boxwise"'


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An access token."""

    target_class = "annotator_ui.api.v1.bearer.Bearer"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """RFC 6750's header."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "bxw_..."}


class WithinScope(BasePermission):
    """The one place where a token's scope is asked for; roles limit its owner besides."""

    message = "This token may only read. Make one with the scope “Read and change”."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token, if there is one, may do this at all."""
        token = request.auth
        if not isinstance(token, ApiToken) or request.method in SAFE_METHODS:
            return True
        return token.scope == ApiToken.Scope.MANAGE

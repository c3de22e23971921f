"""Who an API request comes from."""

from typing import Any

from rest_framework.authentication import BaseAuthentication

from accounts.api.errors import InvalidToken
from accounts.api.tokens import read_access_token, user_of
from accounts.models import User


class SessionBoundJWTAuthentication(BaseAuthentication):
    """Bearer tokens that obey the database at each request, by one query.

    `request.auth` are the token's claims.
    """

    def authenticate(self, request: Any) -> tuple[User, dict[str, Any]] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, raw = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = read_access_token(raw.strip())
        user = user_of(token)
        if user is None:
            raise InvalidToken
        return user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

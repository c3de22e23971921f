"""Clients of the API for tests."""

from typing import Any

from rest_framework.test import APIClient

from accounts.api.tokens import open_device
from accounts.models import User


def tokens_of(user: User) -> dict[str, Any]:
    """Return the tokens of a fresh sign-in."""
    return open_device(user, address="127.0.0.1", user_agent="tests")


def client_of(user: User | None = None) -> APIClient:
    """Return a client that is signed in as `user`, or as nobody."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_of(user)['token']}")
    return client

"""What a request tells about who asks."""

import ipaddress

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """A request that passed a sign-in check: `request.user` is a `User`."""

    user: User
    htmx: HtmxDetails


def client_address(request: HttpRequest) -> str | None:
    """Return the network address that the request came from, None where the server tells none.

    Behind proxies of our own (`TRUSTED_PROXY_COUNT`) a middleware has put the client's address
    into REMOTE_ADDR already; otherwise `X-Forwarded-For` is anybody's claim and ignored.
    """
    try:
        written = request.META.get("REMOTE_ADDR", "").partition("%")[0]
        return str(ipaddress.ip_address(written))
    except ValueError:
        return None


def signed_in(request: HttpRequest) -> User:
    """Return who sends a request that passed a sign-in check, where Django's types can't tell."""
    assert isinstance(request.user, User)
    return request.user

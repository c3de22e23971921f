"""Django's and others' middlewares, with what only pages need kept away from the REST interface.

A request with a token has no session, no forgery to fear and no messages to show; the steps it
does not go through are a tenth of what a short answer costs.
"""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxMiddleware

from ticketing.api.middleware import API, PAGES
from ticketing.bodies import BROKEN, UNREADABLE

# JSON shows, runs and embeds nothing; the policy of the pages is longer and made for each answer.
NOTHING = "default-src 'none'; frame-ancestors 'none'"


def is_for_programs(request: HttpRequest) -> bool:
    """Whether the request is for the REST interface, not for a page about it."""
    path = request.path_info
    return path.startswith(API) and path not in PAGES


class PagesOnly:
    """Lets requests of the REST interface pass by the middleware that it is mixed into."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_for_programs(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Policy(CSPMiddleware):
    """The content security policy."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if is_for_programs(request):
            response.headers.setdefault("Content-Security-Policy", NOTHING)
            return response
        return super().process_response(request, response)


class Sessions(PagesOnly, SessionMiddleware):
    pass


class Authentication(PagesOnly, AuthenticationMiddleware):
    pass


class Messages(PagesOnly, MessageMiddleware):
    pass


class Htmx(PagesOnly, HtmxMiddleware):
    pass


class WholeBodies:
    """Refuses a body that broke off, as half a form is no form, and one that is not UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if BROKEN in request.META:
            return HttpResponse(status=400)
        if UNREADABLE in request.META:
            return HttpResponse(status=415)
        if request.encoding:
            request.encoding = "utf-8"  # by whichever of its names
        return self.get_response(request)

"""What holds for every address below /api/."""

import math
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

API = "/api/"
# For people: with session, language and the policy of pages.
PAGES = frozenset({"/api/docs", "/api/docs/"})
TRUSTED_SECONDS = 2


def trust_recent(connection: Any) -> None:
    """Save the question "are you there?" where the connection answered a moment ago.

    Should the database have gone in that moment, this thread gives one 503 and then reconnects.
    """
    if time.monotonic() - getattr(connection, "answered_at", -math.inf) < TRUSTED_SECONDS:
        connection.health_check_done = True


class ApiMiddleware:
    """Makes the trailing slash optional and keeps every answer out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(API):
            return self.get_response(request)
        if path.endswith("/") and path != API:
            request.path_info = path[:-1]
        trust_recent(connection)
        response = self.get_response(request)
        if not connection.errors_occurred:
            connection.answered_at = time.monotonic()  # type: ignore[attr-defined]
        response.headers["Cache-Control"] = "no-store"
        return response

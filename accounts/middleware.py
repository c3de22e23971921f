"""Per-request facts about the signed-in person, and about where a request comes from."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.module_loading import import_string

from accounts.memory import remembering
from accounts.services import note_refusal, note_visit
from accounts.text import clean_search

logger = logging.getLogger("desk.audit")
SEEN_EVERY = 300  # seconds
# What addresses call the objects that not everybody may see.
OBJECTS = ("ticket_id", "customer_id", "technician_id")


class PersonMiddleware:
    """Shows times in the person's zone and keeps personal pages out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", "/health/", "/metrics")):
            return self.get_response(request)
        user = request.user
        if user.is_authenticated:
            note_browser(request)
        with timezone.override(user.zone if user.is_authenticated else None):
            response = self.get_response(request)
        if user.is_authenticated:
            add_never_cache_headers(response)
        return response


def note_browser(request: HttpRequest) -> None:
    """Remember, every few minutes, that the browser is in use; the session lasts longer then."""
    now = int(time.time())
    if "device" in request.session and now - request.session.get("seen", 0) >= SEEN_EVERY:
        request.session["seen"] = now
        note_visit(request.session["device"])


class ReadingMiddleware:
    """Lets the parts of a request that only reads share what one of them has asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with remembering():
            return self.get_response(request)


class CrossSiteMiddleware:
    """Refuses changes that a browser says another site asked for, whatever token they carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        harmless = request.method in ("GET", "HEAD", "OPTIONS", "TRACE")
        if harmless or getattr(view, "csrf_exempt", False):
            return None
        if request.headers.get("Sec-Fetch-Site") != "cross-site":
            return None
        return import_string(settings.CSRF_FAILURE_VIEW)(request, reason="Cross-site request.")


class RefusalMiddleware:
    """Puts into the audit log that somebody signed in was refused something: 403, or 404 for an
    object that exists for others (or for nobody: who asks can't be told, and nor can the log).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in (403, 404):
            user, about = getattr(request, "user", None), named_object(request)
            if getattr(user, "is_authenticated", False) and (about or response.status_code == 403):
                self.note(request, user, about, response.status_code)
        return response

    def note(self, request: HttpRequest, user: Any, about: str, status: int) -> None:
        match = request.resolver_match
        route = f"/{match.route}" if match else "unknown"
        try:
            note_refusal(
                user, method=request.method or "", route=route[:200], about=about, status=status
            )
        except DatabaseError:
            logger.warning("a refusal could not be recorded")


def named_object(request: HttpRequest) -> str:
    """Return the number of the object in the address, "" for none; without what can't be stored."""
    given = request.resolver_match.kwargs if request.resolver_match else {}
    named = next((str(given[name]) for name in OBJECTS if name in given), "")
    return clean_search(named, max_length=40)

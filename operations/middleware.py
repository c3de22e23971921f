"""What surrounds every request: its id, its log line, its headers, who may knock at all."""

import contextlib
import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.functional import SimpleLazyObject

from accounts.facts import Origin, origin
from accounts.http import client_address
from operations.logs import request_id
from operations.metrics import count_request

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("desk.request")
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
MACHINE_PATHS = ("/health/", "/metrics")


class ProxyMiddleware:
    """Puts the client's own address into REMOTE_ADDR, past the proxies that we run ourselves.

    With TRUSTED_PROXY_COUNT 0 the header X-Forwarded-For is anybody's claim and is ignored.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if count := settings.TRUSTED_PROXY_COUNT:
            hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            claimed = hops[-count].strip() if len(hops) >= count else ""
            with contextlib.suppress(ValueError):  # the proxy's own address stays
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(claimed))
        return self.get_response(request)


class RequestLogMiddleware:
    """Gives each request an id, counts it, and writes one line about it: never what was said.

    The line holds the route, not the path or the query, which may carry tokens and search words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        identity = sent if SANE_ID.match(sent) else secrets.token_hex(12)
        request.request_id = identity  # type: ignore[attr-defined]
        mark = request_id.set(identity)
        whence = origin.set(Origin(identity, client_address(request) or ""))
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identity
            _read_to_the_end(request)
            _note(request, response.status_code, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(mark)
            origin.reset(whence)


def _read_to_the_end(request: HttpRequest) -> None:
    """Read what is left of a body that was refused unread, unless it is too large anyway.

    The server has to cut a connection with unread bytes, and the client's next request with it.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and 0 < int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        with contextlib.suppress(OSError):
            while request.read(65_536):
                pass


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    route = _route(request)
    count_request(request.method or "", route, status, seconds)
    facts = {
        "method": request.method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "user": _user(request),
        "address": client_address(request) or "",
    }
    logger.info("request", extra=facts)


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return f"/{request.resolver_match.route}"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"


def _user(request: HttpRequest) -> str:
    """Return the id of the person if somebody asked for it already; never a query of its own."""
    user = getattr(request, "_cached_user", None) or getattr(request, "user", None)
    if user is None or isinstance(user, SimpleLazyObject) or not user.is_authenticated:
        return ""
    return str(user.desk_id)


class SecurityHeadersMiddleware:
    """Security headers on whatever leaves, errors and static files included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }
        self.transport = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", self.transport)
        return response


class DoorMiddleware:
    """Answers health and figures to any caller, and refuses every other unknown Host at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINE_PATHS):
            match = resolve(request.path_info)
            request.resolver_match = match
            return match.func(request, *match.args, **match.kwargs)
        request.get_host()  # raises DisallowedHost: 400
        return self.get_response(request)

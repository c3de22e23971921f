"""What people and programs see when something goes wrong: our page, or JSON below /api/.

Nothing here asks the database, the session or the signed-in user, so that it also works when
those are what is broken.
"""

import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.text import typed_texts
from operations.middleware import MACHINE_PATHS
from operations.outages import RETRY_AFTER, note_outage
from ticketing.api.errors import SENTENCES, plain_error

PLAIN_PATHS = ("/api/", *MACHINE_PATHS)


def error_page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Return the answer for `status`; `context` is for the template `errors/<status>.html`."""
    if request.path_info.startswith(PLAIN_PATHS):
        return plain_error(status)
    template = str(context.pop("template", f"errors/{status}.html"))
    known = {
        "site_name": settings.SITE_NAME,
        "request": request,
        "reference": getattr(request, "request_id", "") if status >= 500 else "",
        "posted": _typed(request),
    }
    response = HttpResponse(render_to_string(template, known | context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000_000
        return error_page(request, 413, limit_mb=limit)
    return error_page(request, 400, reason=_sentence(exception, BadRequest))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403, reason=_sentence(exception, PermissionDenied))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 where the database is away or busy (it comes back), 500 for our own faults."""
    if note_outage(sys.exc_info()[1]):
        return service_unavailable(request)
    return error_page(request, 500)


def service_unavailable(request: HttpRequest, retry_after: int = RETRY_AFTER) -> HttpResponse:
    """Say that the desk is back soon; `retry_after` in seconds."""
    response = error_page(request, 503, retry_after=retry_after)
    response["Retry-After"] = str(retry_after)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form that came too late or from elsewhere."""
    return error_page(
        request,
        403,
        template="errors/403_csrf.html",
        back_url=_own_referer(request),
    )


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what somebody typed into the form that failed, for the page to give it back."""
    if request.method != "POST":
        return []
    try:
        return typed_texts(request.POST)
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return []


def _sentence(exception: Exception | None, kind: type[Exception]) -> str:
    """Return what our own code said; other libraries' words stay in the log."""
    return str(exception) if type(exception) is kind else ""


def _own_referer(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return ""
    return urlsplit(referer)._replace(scheme="", netloc="").geturl()


class ErrorPageMiddleware:
    """Dresses refusals that a view or Django gives without a page: 405, 413, 429 and so on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in SENTENCES or response.streaming or response.content:
            return response
        seconds = response.headers.get("Retry-After", "")
        page = error_page(
            request, response.status_code, retry_after=int(seconds) if seconds.isdigit() else None
        )
        for name in ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate"):
            if name in response.headers:
                page[name] = response.headers[name]
        page.cookies = response.cookies
        return page

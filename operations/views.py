"""Health and figures, for machines; open to any Host name, without session or rate limit."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from accounts.http import client_address
from operations.health import CHECKS, check_health
from operations.metrics import exposition

LOOPBACK = {"127.0.0.1", "::1"}


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves at all; touches nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when all checks pass, else 503 with what is wrong.

    `?checks=database,migrations` asks only those (for a load balancer, which should not take a
    web process out because a mail is late).
    """
    names = [name for name in request.GET.get("checks", "").split(",") if name] or list(CHECKS)
    if not set(names) <= set(CHECKS):
        known = ", ".join(CHECKS)
        return JsonResponse({"message": f"The checks are {known}.", "code": "invalid"}, status=400)
    checks = check_health(names)
    healthy = all(result == "ok" for result in checks.values())
    response = JsonResponse(
        {"status": "ok" if healthy else "unavailable", "checks": checks},
        status=200 if healthy else 503,
    )
    if not healthy:
        response["Retry-After"] = "5"
    return response


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures to who holds METRICS_TOKEN; without one, in development, to this host."""
    if not settings.METRICS_TOKEN:
        if not (settings.DEVELOPMENT and client_address(request) in LOOPBACK):
            raise Http404
    elif not _holds_token(request):
        response = JsonResponse(
            {"message": "Send METRICS_TOKEN as a bearer token.", "code": "not_authenticated"},
            status=401,
        )
        response["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _holds_token(request: HttpRequest) -> bool:
    sent = request.META.get("HTTP_AUTHORIZATION", "")
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return hmac.compare_digest(sent.encode(errors="replace"), expected.encode())

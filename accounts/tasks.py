"""What is done about accounts from time to time."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, Q
from django.utils import timezone

from accounts.choices import DeviceKind
from accounts.idempotency import LIFETIME
from accounts.models import Device, EmailLink, IdempotentAnswer, RateLimit

# For how long after its use or end a thing is kept, for whoever asks what happened.
LINKS_KEPT = timedelta(days=7)
DEVICES_KEPT = timedelta(days=90)


def clean_up() -> dict[str, int]:
    """Forget what has had its time; return how many rows of each kind went.

    Sessions and counters of past windows, links that nobody can use any more (a week later, so
    that a mail on its way still finds them), answers to repeated requests after a day. Devices
    that were silent for longer than a token or a session lives count as ended, and are forgotten
    90 days later.
    """
    now = timezone.now()
    session = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    tokens = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    silent = Q(kind=DeviceKind.API, last_seen_at__lt=now - tokens) | Q(
        kind=DeviceKind.BROWSER, last_seen_at__lt=now - session
    )
    old_links = Q(expires_at__lt=now - LINKS_KEPT) | Q(used_at__lt=now - LINKS_KEPT)
    ended_long_ago = Q(ended_at__lt=now - DEVICES_KEPT)
    yesterday = now - timedelta(days=1)
    return {
        "sessions": _delete(Session, Q(expire_date__lt=now)),
        "rate limits": _delete(RateLimit, Q(window_start__lt=int(yesterday.timestamp()))),
        "answers": _delete(IdempotentAnswer, Q(created_at__lt=now - LIFETIME)),
        "links": _delete(EmailLink, old_links),
        "devices": _delete(Device, ended_long_ago),
        "devices ended": Device.objects.filter(silent, ended_at__isnull=True).update(ended_at=now),
    }


def _delete(model: type[Model], condition: Q) -> int:
    return model._default_manager.filter(condition).delete()[0]

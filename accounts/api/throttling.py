"""How many requests a person or an address may send."""

import logging
import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from accounts.http import client_address
from accounts.models import User
from accounts.rate_limits import Rate, hit, network_of, parse_rate

logger = logging.getLogger(__name__)
MOST_PEOPLE = 50_000
REDIS_PAUSE = 30  # seconds without Redis after it failed

rate_for = lru_cache(maxsize=16)(parse_rate)


class SharedCounter:
    """Counts in the shared cache; where that fails, in this process. Never fails open."""

    def __init__(self) -> None:
        self.paused_until = 0.0
        self.own = LocMemCache("requests", {"OPTIONS": {"MAX_ENTRIES": MOST_PEOPLE}})

    def add(self, key: str, seconds: int) -> int:
        """Count one more under `key`, which lives for `seconds`, and return the count."""
        shared = caches["default"]
        if not isinstance(shared, LocMemCache) and time.monotonic() >= self.paused_until:
            try:
                return _increment(shared, key, seconds)
            except Exception:
                logger.warning("The shared cache failed; counting in this process.", exc_info=True)
                self.paused_until = time.monotonic() + REDIS_PAUSE
        return _increment(self.own, key, seconds)


counter = SharedCounter()


def wait_for_user(user: User) -> int:
    """Count a request of `user`; return 0 or the seconds to wait."""
    rate: Rate | None = rate_for(settings.RATE_LIMIT_USER)
    if rate is None:
        return 0
    now = int(time.time())
    window = now // rate.seconds
    if counter.add(f"requests:{user.pk}:{window}", rate.seconds) <= rate.times:
        return 0
    return (window + 1) * rate.seconds - now


def wait_for_address(request: Any) -> int:
    """Count a request of somebody unknown by their address; return 0 or the seconds to wait."""
    rate = rate_for(settings.RATE_LIMIT_ANONYMOUS)
    return hit("anonymous", network_of(client_address(request)), rate)


def _increment(cache: BaseCache, key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        # Of two that find nothing, one adds; both then count.
        cache.add(key, 0, seconds)
        return cache.incr(key)

"""How often something may happen, counted in the database, so that all processes share it."""

import hashlib
import ipaddress
import time
from typing import NamedTuple

from django.db import connection

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Rate(NamedTuple):
    """So many times in so many seconds."""

    times: int
    seconds: int


def parse_rate(text: str) -> Rate | None:
    """Return the rate written like `20/minute`, or None for an empty text (no limit).

    Raises `ValueError` for anything else.
    """
    if not text.strip():
        return None
    times, _, period = text.strip().partition("/")
    matches = [seconds for name, seconds in PERIODS.items() if period and name.startswith(period)]
    if not times.isdigit() or not matches:
        raise ValueError(f"{text!r} is not a rate; write it like 20/minute")
    return Rate(int(times), matches[0])


def hit(scope: str, who: str, rate: Rate | None, *, cost: int = 1) -> int:
    """Count one more and return 0, or the seconds to wait if that is more than the rate allows.

    One atomic statement, so that 64 at once are counted as 64. The window starts at the first hit.
    `cost` -1 gives one back (a right password is no try). Not inside a transaction that may roll
    back: the count would be lost.
    """
    if rate is None:
        return 0
    key = hashlib.sha256(f"{scope}|{who}".encode(errors="replace")).hexdigest()
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ratelimit (key, window_start, count) VALUES (%s, %s, %s)"
            " ON CONFLICT (key) DO UPDATE SET"
            "  count = CASE WHEN accounts_ratelimit.window_start > %s"
            "   AND accounts_ratelimit.window_start <= %s"
            "   THEN accounts_ratelimit.count + %s ELSE excluded.count END,"
            "  window_start = CASE WHEN accounts_ratelimit.window_start > %s"
            "   AND accounts_ratelimit.window_start <= %s"
            "   THEN accounts_ratelimit.window_start ELSE excluded.window_start END"
            " RETURNING window_start, count",
            [key, now, max(cost, 0), now - rate.seconds, now, cost, now - rate.seconds, now],
        )
        window_start, count = cursor.fetchone()
    return max(1, window_start + rate.seconds - now) if count > rate.times else 0


def network_of(address: str | None) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 network of an IPv6 address."""
    if not address:
        return ""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)

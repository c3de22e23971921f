"""What the old system's texts mean. Pure functions."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from accounts.numbers import number_of
from tickets.choices import Status

BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
# Each step doubles the time of a sign-in; beyond this one it would take seconds.
HIGHEST_COST = 15
MILLISECONDS = re.compile(r"\d{12,14}")

STATUSES = {
    "pending": Status.PENDING,
    "open": Status.PENDING,
    "new": Status.PENDING,
    "assigned": Status.ASSIGNED,
    "inprogress": Status.IN_PROGRESS,
    "working": Status.IN_PROGRESS,
    "waitingoncustomer": Status.WAITING,
    "waiting": Status.WAITING,
    "onhold": Status.ON_HOLD,
    "hold": Status.ON_HOLD,
    "resolved": Status.RESOLVED,
    "solved": Status.RESOLVED,
    "closed": Status.CLOSED,
    "done": Status.CLOSED,
    "completed": Status.CLOSED,
}


def password_from(text: str | None) -> str | None:
    """Return a bcrypt hash as the hasher stores it, None for anything else (plain text, blank)."""
    match = BCRYPT.fullmatch((text or "").strip())
    if not match or not 4 <= int(match[1]) <= HIGHEST_COST:
        return None
    # PHP's name for what others call 2b.
    return "bcrypt$" + match[0].replace("$2y$", "$2b$", 1)


def moment_from(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return the moment that `text` names, None if it names none.

    Understood are ISO dates and times, also without an offset (then in `zone`), and milliseconds
    since 1970.
    """
    cleaned = (text or "").strip()
    try:
        if MILLISECONDS.fullmatch(cleaned):
            return datetime.fromtimestamp(int(cleaned) / 1000, UTC)
        found = parse_datetime(cleaned)
        if found is None:
            day = parse_date(cleaned)
            found = datetime(day.year, day.month, day.day, tzinfo=zone) if day else None
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def status_from(text: str | None) -> Status | None:
    """Return the status that `text` means in any spelling, None if unknown."""
    return STATUSES.get(re.sub(r"[\s_-]+", "", text or "").lower())


def number_from(prefix: str, text: str | None) -> int | None:
    """Return the number of an id such as `TKT0042`, None for 0 and for an id of another shape."""
    return number_of(prefix, text or "") or None

"""The moments that the desk offers: "tomorrow morning" and the like, in the active time zone."""

from datetime import datetime, time, timedelta

from django.utils import timezone

MORNING = time(9)
OFFERED = {
    "later": "In 3 hours",
    "tomorrow": "Tomorrow, 9:00",
    "week": "Next Monday, 9:00",
    "month": "In 30 days",
}


def moment_of(name: str, now: datetime | None = None) -> datetime:
    """Return the moment that is meant by a name of `OFFERED`; raises `KeyError` for others."""
    here = timezone.localtime(now)
    days = {"tomorrow": 1, "week": 7 - here.weekday(), "month": 30}
    if name == "later":
        return here + timedelta(hours=3)
    day = here.date() + timedelta(days=days[name])
    return timezone.make_aware(datetime.combine(day, MORNING))

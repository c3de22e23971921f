"""Spans of days, as people name them."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

# Value in the address, words, days back from today to the beginning and to the end (None: open).
SPANS: list[tuple[str, str, int | None, int | None]] = [
    ("today", "Today", 0, None),
    ("yesterday", "Yesterday", 1, 1),
    ("7d", "Last 7 days", 6, None),
    ("30d", "Last 30 days", 29, None),
    ("90d", "Last 90 days", 89, None),
    ("over7d", "More than 7 days ago", None, 7),
    ("over30d", "More than 30 days ago", None, 30),
]
SPAN_CHOICES = [(value, words) for value, words, _, _ in SPANS]


def span_between(
    value: str, now: datetime | None = None
) -> tuple[datetime | None, datetime | None]:
    """Return the beginning and the end (excluded) of a span, in the active time zone.

    Raises `KeyError` for a span that there is not.
    """
    today = timezone.localtime(now).date()
    first, last = {name: (start, end) for name, _, start, end in SPANS}[value]
    begin = None if first is None else beginning_of(today - timedelta(days=first))
    return begin, None if last is None else beginning_of(today - timedelta(days=last - 1))


def beginning_of(day: date) -> datetime:
    """Return midnight of the day in the active time zone."""
    return timezone.make_aware(datetime.combine(day, time()))

"""When somebody works, in words that a person writes; pure functions, no database.

`Mon-Fri 09:00-12:00 13:00-17:00; Sat 10:00-14:00`: days or ranges of days, then hours, in the
person's own zone. An empty text means: always at work.
"""

import re
from datetime import datetime, time
from itertools import pairwise

from django.core.exceptions import ValidationError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
LIKE = "Write it like Mon-Fri 09:00-17:00; Sat 10:00-14:00."
MINUTES_A_DAY = 24 * 60

# For each weekday (Monday is 0) the spans, in minutes since midnight.
Week = dict[int, list[tuple[int, int]]]


def parse_hours(text: str) -> Week:
    """Return the week that the text means; raises `ValidationError` with a sentence."""
    week: Week = {}
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        days, *spans = part.replace(",", " ").split()
        if not spans:
            raise ValidationError(f"{part}: there are no hours. {LIKE}")
        for day in _days(days):
            week.setdefault(day, []).extend(_span(span) for span in spans)
    for spans_of_day in week.values():
        _check(spans_of_day)
    return week


def _days(word: str) -> list[int]:
    first, _, last = word.lower().partition("-")
    try:
        start, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
    except ValueError:
        raise ValidationError(f"{word} is no day of the week. {LIKE}") from None
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _span(word: str) -> tuple[int, int]:
    found = SPAN.fullmatch(word)
    if found is None:
        raise ValidationError(f"{word} is no time from and to. {LIKE}")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if not (start < end <= MINUTES_A_DAY and from_minute < 60 and to_minute < 60):
        raise ValidationError(f"{word}: the end comes after the beginning, by 24:00. {LIKE}")
    return start, end


def _check(spans: list[tuple[int, int]]) -> None:
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise ValidationError(f"Two times of one day overlap. {LIKE}")


def is_at_work(week: Week, moment: datetime) -> bool:
    """Whether somebody with this week works at a moment of their own zone."""
    minute = _minute(moment.time())
    return not week or any(start <= minute < end for start, end in week.get(moment.weekday(), ()))


def hours_left(week: Week, moment: datetime) -> float:
    """Return how many hours of work are left on the day of a moment of their own zone."""
    minute = _minute(moment.time())
    spans = week.get(moment.weekday(), []) if week else [(0, MINUTES_A_DAY)]
    return sum(max(0, end - max(start, minute)) for start, end in spans) / 60


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute

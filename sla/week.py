"""Working hours as people write them: "9:00-12:30, 13:30-17:00", "22:00-6:00", or nothing."""

import itertools
import re
from datetime import date
from functools import lru_cache
from zoneinfo import available_timezones

import holidays
from django.core.exceptions import ValidationError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = 1440
INTERVAL = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?")  # noqa: RUF001
# Holidays are looked up for so many years around the one in which a version is made.
YEARS_BACK, YEARS_AHEAD = 1, 8

Pairs = list[list[int]]


def parse_intervals(text: str) -> Pairs:
    """Return the intervals of a day as minutes since midnight; an end may be on the next day.

    Raises `ValidationError` with a sentence that says what to write.
    """
    found: Pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = INTERVAL.fullmatch(part)
        if match is None:
            raise ValidationError(f'"{part}" is no interval: write it like 9:00-17:30.')
        begin, end = _minutes(match[1], match[2], part), _minutes(match[3], match[4], part)
        if begin == DAY:
            raise ValidationError(f'"{part}" begins at midnight: write 0:00.')
        if begin == end:
            raise ValidationError(f'"{part}" is empty. A whole day is 0:00-24:00.')
        found.append([begin, end if end > begin else end + DAY])
    found.sort()
    for (_, end), (begin, _) in itertools.pairwise(found):
        if begin < end:
            raise ValidationError(f"{in_words(found)}: these intervals overlap.")
    return found


def _minutes(hours: str, minutes: str | None, part: str) -> int:
    value = int(hours) * 60 + int(minutes or 0)
    if value > DAY or int(minutes or 0) > 59:
        raise ValidationError(f'"{part}": the day has 24 hours of 60 minutes.')
    return value


def in_words(pairs: Pairs) -> str:
    """Return intervals as they are written."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in pairs)


def _clock(minutes: int) -> str:
    if minutes > DAY:
        minutes -= DAY
    return f"{minutes // 60}:{minutes % 60:02d}"


def check_week(week: list[Pairs]) -> None:
    """Raise `ValidationError` for a week without working time, or nights that reach into a day."""
    if not any(week):
        raise ValidationError(
            {"monday": "A week without working hours: nothing would ever be due."}
        )
    for number, pairs in enumerate(week):
        after = week[(number + 1) % 7]
        if pairs and after and pairs[-1][1] - DAY > after[0][0]:
            day, following = WEEKDAYS[number], WEEKDAYS[(number + 1) % 7]
            raise ValidationError(
                {following.lower(): f"The night that begins on {day} reaches into these hours."}
            )


def parse_days(text: str) -> dict[str, Pairs]:
    """Return odd days from lines like "2026-12-24 9:00-12:00" or "2026-12-31 closed"."""
    days: dict[str, Pairs] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        first, _, rest = line.partition(" ")
        try:
            day = date.fromisoformat(first)
        except ValueError:
            raise ValidationError(
                f'"{line}": begin with the day, like 2026-12-24 closed, or 2026-12-24 9:00-12:00.'
            ) from None
        if day.isoformat() in days:
            raise ValidationError(f"{day} is there twice.")
        rest = rest.strip()
        if not rest:
            raise ValidationError(f'"{line}": say closed, or from when to when you work.')
        days[day.isoformat()] = [] if rest.lower() == "closed" else parse_intervals(rest)
    return days


def days_in_words(days: dict[str, Pairs]) -> str:
    """Return odd days as they are written, one a line."""
    return "\n".join(f"{day} {in_words(pairs) or 'closed'}" for day, pairs in sorted(days.items()))


def check_zone(name: str) -> None:
    """Raise `ValidationError` for a time zone that nobody knows."""
    if name not in known_zones():
        raise ValidationError({"time_zone": f'There is no time zone "{name}". Try Europe/Berlin.'})


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def holidays_of(country: str, region: str, year: int) -> dict[str, str]:
    """Return the public holidays of a country (ISO 3166) and region, day by day.

    Raises `ValidationError` for what the list of countries does not have.
    """
    if not country:
        if region:
            raise ValidationError({"region": "Choose the country first."})
        return {}
    supported = holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        raise ValidationError({"country": f'There is no list of holidays for "{country}".'})
    if region and region not in supported[country]:
        known = ", ".join(supported[country]) or "none"
        raise ValidationError({"region": f'"{region}" is not among the regions of it: {known}.'})
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=region or None, years=years)
    return {day.isoformat(): name for day, name in sorted(found.items())}

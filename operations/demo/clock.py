"""Working hours: a line of minutes without nights and weekends."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

OPENS_AT = 8
MINUTES_A_DAY = 600
WEEKDAY_WEIGHTS = (1.25, 1.1, 1.0, 0.95, 0.8)
HOUR_WEIGHTS = (0.8, 1.4, 1.5, 1.2, 0.7, 0.9, 1.3, 1.2, 0.8, 0.4)
OUT_OF_HOURS = 0.06


class WorkClock:
    """Turns minutes worked since the first day into moments (UTC), and spreads arrivals."""

    def __init__(self, *, until: datetime, days: int, zone: ZoneInfo) -> None:
        """Count the working days among the last `days` calendar days before `until`."""
        self.until = until
        today = until.astimezone(zone).date()
        dates = (today - timedelta(days=back) for back in range(days, -1, -1))
        starts = (
            datetime(day.year, day.month, day.day, OPENS_AT, tzinfo=zone).astimezone(UTC)
            for day in dates
            if day.weekday() < len(WEEKDAY_WEIGHTS)
        )
        self.days = [start for start in starts if start < until - timedelta(minutes=30)]
        since = (until - self.days[-1]).total_seconds() / 60
        self.today = min(since, MINUTES_A_DAY)
        self.length = (len(self.days) - 1) * MINUTES_A_DAY + self.today

    def at(self, minute: float) -> datetime:
        """Return the moment of a working minute."""
        day, rest = divmod(min(minute, self.length), MINUTES_A_DAY)
        if day >= len(self.days):
            day, rest = len(self.days) - 1, MINUTES_A_DAY
        return self.days[int(day)] + timedelta(minutes=rest)

    def arrivals(self, count: int, rng: random.Random) -> Iterator[tuple[datetime, float]]:
        """Yield `count` moments in order, each with the working minute at which it is noticed."""
        weights = [WEEKDAY_WEIGHTS[day.weekday()] for day in self.days]
        weights[-1] *= self.today / MINUTES_A_DAY
        total, reached, done = sum(weights), 0.0, 0
        for index, weight in enumerate(weights):
            reached += weight
            due = count if index == len(weights) - 1 else round(count * reached / total)
            yield from sorted(self._arrival(index, rng) for _ in range(due - done))
            done = due

    def _arrival(self, day: int, rng: random.Random) -> tuple[datetime, float]:
        is_last = day == len(self.days) - 1
        minutes = self.today if is_last else MINUTES_A_DAY
        if minutes == MINUTES_A_DAY and rng.random() < OUT_OF_HOURS:
            closes = self.days[day] + timedelta(minutes=MINUTES_A_DAY)
            opens = self.until if is_last else self.days[day + 1]
            return closes + (opens - closes) * rng.random() ** 2, (day + 1) * MINUTES_A_DAY
        hour = rng.choices(range(len(HOUR_WEIGHTS)), HOUR_WEIGHTS)[0]
        minute = (hour * 60 + rng.random() * 60) % minutes
        return self.days[day] + timedelta(minutes=minute), day * MINUTES_A_DAY + minute

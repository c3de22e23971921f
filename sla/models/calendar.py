"""When the desk works. A version never changes: an edit adds one."""

from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone

from sla.arithmetic import Hours, Interval

NAME_LENGTH = 80
ZONE_LENGTH = 64


class BusinessCalendar(models.Model):
    """Named working hours; `current` is the version that new tickets go by."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    current = models.OneToOneField(
        "CalendarVersion", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "working hours"
        verbose_name_plural = "working hours"

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """Working hours as they were agreed at one moment.

    `week` has a list for each weekday, Monday first, of pairs of minutes since midnight; an end
    beyond 1440 is on the next day. `days` maps single dates (ISO 8601) to such lists, and
    `holidays` maps dates to the names of the holidays of country and region, found when the
    version was made: a newer list of holidays moves no promise.
    """

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=ZONE_LENGTH)
    week = models.JSONField(default=list)
    days = models.JSONField(default=dict, blank=True)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    holidays = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.calendar.name}, version {self.number}"

    @cached_property
    def hours(self) -> Hours:
        """The working hours for the arithmetic."""
        days: dict[date, tuple[Interval, ...]] = {
            date.fromisoformat(day): () for day in self.holidays
        }
        days |= {date.fromisoformat(day): _intervals(when) for day, when in self.days.items()}
        return Hours(ZoneInfo(self.time_zone), tuple(_intervals(day) for day in self.week), days)


def _intervals(pairs: list[Any]) -> tuple[Interval, ...]:
    return tuple((int(begin), int(end)) for begin, end in pairs)

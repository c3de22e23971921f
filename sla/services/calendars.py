"""Working hours: an edit makes a new version; open tickets keep theirs unless told otherwise."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.events import record
from accounts.text import check_text
from sla.models import BusinessCalendar, CalendarVersion
from sla.models.calendar import NAME_LENGTH
from sla.services.retargeting import ask
from sla.week import Pairs, check_week, check_zone, holidays_of


@transaction.atomic
def save_calendar(
    calendar: BusinessCalendar | None,
    *,
    actor: User,
    name: str,
    time_zone: str,
    week: list[Pairs],
    days: dict[str, Pairs],
    country: str = "",
    region: str = "",
    take_over: bool = False,
) -> BusinessCalendar:
    """Add working hours (None), or make a new version of them from now on.

    `take_over` lets open tickets count by the new version from this moment. Raises
    `ValidationError` with words for overlaps, empty weeks, unknown zones and countries.
    """
    version = draft_calendar(
        calendar,
        actor=actor,
        name=name,
        time_zone=time_zone,
        week=week,
        days=days,
        country=country,
        region=region,
    )
    if calendar is None:
        calendar = BusinessCalendar.objects.create(name=name)
        before: CalendarVersion | None = None
    else:
        calendar = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
        before = calendar.current
    if before is None or not same(before, version):
        highest = calendar.versions.aggregate(highest=Max("number"))["highest"] or 0
        version.calendar, version.number, version.made_by = calendar, highest + 1, actor
        version.save()
        calendar.current = version
    calendar.name = name
    calendar.save()
    if take_over and before is not None and calendar.current and calendar.current != before:
        ask(calendar_version=calendar.current, at=calendar.current.made_at)
    changes = {"working_hours": [str(before) if before else None, str(calendar.current)]}
    record(None, AccountEventType.SETTINGS_CHANGED, actor=actor, changes=changes)
    return calendar


def draft_calendar(
    calendar: BusinessCalendar | None, *, actor: User, name: str, **given: Any
) -> CalendarVersion:
    """Return the version that saving these working hours would make; nothing is stored.

    `given` is what `build_version` takes. Refuses what `save_calendar` refuses.
    """
    require_admin(actor)
    version = build_version(**given)
    check_text("name", name, max_length=NAME_LENGTH)
    others = BusinessCalendar.objects.exclude(pk=calendar.pk if calendar else -1)
    if others.filter(name=name).exists():
        raise ValidationError({"name": "There are working hours of this name."})
    return version


def build_version(
    *, time_zone: str, week: list[Pairs], days: dict[str, Pairs], country: str, region: str
) -> CalendarVersion:
    """Return a checked version that is not stored."""
    check_zone(time_zone)
    check_week(week)
    found = holidays_of(country, region, timezone.now().year)
    return CalendarVersion(
        time_zone=time_zone,
        week=week,
        days=days,
        country=country,
        region=region,
        holidays=found,
        made_at=timezone.now(),
    )


def same(one: CalendarVersion, other: CalendarVersion) -> bool:
    """Whether both mean the same hours."""
    fields: tuple[str, ...] = ("time_zone", "week", "days", "country", "region", "holidays")
    values: list[tuple[Any, Any]] = [(getattr(one, f), getattr(other, f)) for f in fields]
    return all(left == right for left, right in values)

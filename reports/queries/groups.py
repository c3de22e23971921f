"""A group of figures as an address names it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.numbers import number_of, row_key
from reports.choices import Dimension, TimeDimension
from tickets.choices import Priority
from tickets.models.ticket import TICKET_PREFIX

NONE = "none"
# Of a clock, and of an entry of time spent.
COLUMNS: dict[str, str] = {
    Dimension.CATEGORY: "ticket__category",
    Dimension.PRIORITY: "ticket__priority",
    Dimension.TECHNICIAN: "technician",
    Dimension.ORGANIZATION: "ticket__customer__organization",
}
TIME_COLUMNS: dict[str, str] = {
    TimeDimension.TECHNICIAN: "user",
    TimeDimension.TICKET: "ticket",
    TimeDimension.CUSTOMER: "ticket__customer",
    TimeDimension.ORGANIZATION: "ticket__customer__organization",
    TimeDimension.CATEGORY: "ticket__category",
}
MAY_BE_NONE = ("ticket__category", "technician", "ticket__customer__organization")


def address_of(key: Any) -> str:
    """Return how an address names a group: the Monday of a week, a key, or "none"."""
    if key is None:
        return NONE
    return key.date().isoformat() if isinstance(key, datetime) else str(key)


def in_group(by: str, name: str, columns: dict[str, str] = COLUMNS) -> Q | None:
    """Return the condition on rows "in this group"; None: there can be no such group.

    `columns`: of what rows, clocks or (`TIME_COLUMNS`) entries of time spent.
    """
    if by == Dimension.WEEK:
        return _in_week(name)
    column = columns[by]
    if name == NONE:
        return Q(**{f"{column}__isnull": True}) if column in MAY_BE_NONE else None
    if by in NUMBERED:
        return NUMBERED[by](column, name)
    key = row_key(name)
    if key is None or (by == Dimension.PRIORITY and key not in Priority.values):
        return None
    condition = Q(**{column: key})
    if by == Dimension.CATEGORY:
        condition |= Q(ticket__category__parent=key)
    return condition


def _of_technician(column: str, name: str) -> Q | None:
    person = User.objects.filter(Q(public_id=name) | Q(user_id=name)).first()
    return Q(**{column: person}) if person else None


def _of_customer(column: str, name: str) -> Q:
    """Whether there is such a customer is not for everybody to know."""
    return Q(**{f"{column}__public_id": name}) | Q(**{f"{column}__user_id": name})


def _of_ticket(column: str, name: str) -> Q | None:
    number = number_of(TICKET_PREFIX, name)
    return None if number is None else Q(**{column: number})


def _in_week(name: str) -> Q | None:
    zone = timezone.get_current_timezone()
    try:
        monday = date.fromisoformat(name)
        begins, ends = (
            datetime.combine(day, datetime.min.time(), tzinfo=zone)
            for day in (monday, monday + timedelta(days=7))
        )
    except (ValueError, OverflowError):
        return None
    return Q(ended_at__gte=begins, ended_at__lt=ends) if monday.weekday() == 0 else None


# Groups that are called by the number of a person or ticket.
NUMBERED: dict[str, Callable[[str, str], Q | None]] = {
    TimeDimension.TECHNICIAN: _of_technician,
    TimeDimension.CUSTOMER: _of_customer,
    TimeDimension.TICKET: _of_ticket,
}

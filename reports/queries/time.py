"""Time spent on tickets in a period, by what a reader asks for, over the tickets that they see."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import Organization, User
from accounts.paging import Page, keyset_page
from reports.choices import TimeDimension
from reports.queries.groups import NONE, address_of
from reports.queries.overview import Period
from tickets.models import Category, DeskSettings, Ticket, TimeEntry

ENTRIES_ORDER = ("-at", "-id")
PIECE = 500
GROUPS: dict[str, Any] = {
    TimeDimension.TECHNICIAN: F("user"),
    TimeDimension.TICKET: F("ticket"),
    TimeDimension.CUSTOMER: F("ticket__customer"),
    TimeDimension.ORGANIZATION: F("ticket__customer__organization"),
    TimeDimension.CATEGORY: Coalesce("ticket__category__parent", "ticket__category"),
}
NOTHING: dict[str, str] = {
    TimeDimension.ORGANIZATION: "No organisation",
    TimeDimension.CATEGORY: "No category",
}


@dataclass(frozen=True)
class Spent:
    """Minutes, in how many entries, on how many tickets, and by how many people."""

    minutes: int
    entries: int
    tickets: int
    people: int

    @property
    def a_ticket(self) -> int:
        """Minutes that one of the tickets took on average."""
        return round(self.minutes / self.tickets) if self.tickets else 0


@dataclass(frozen=True)
class TimeGroup:
    """A technician, ticket, customer, organisation or category with the time it took."""

    name: str
    # How addresses and the interface name it.
    address: str
    minutes: int
    entries: int
    tickets: int

    @property
    def is_none(self) -> bool:
        """Whether it is the group of those without a category or organisation."""
        return self.address == NONE


def is_tracked() -> bool:
    """Whether the desk writes down time spent."""
    return DeskSettings.load().track_time


def entries_in(reader: User, period: Period, which: Q | None = None) -> QuerySet[TimeEntry]:
    """Return entries of the period on tickets that `reader` sees; `which`: of these."""
    seen = Ticket.objects.visible_to(reader).order_by().values("pk")
    written = TimeEntry.objects.filter(at__gte=period.start, at__lt=period.end)
    return written.filter(which or Q(), ticket__in=seen).order_by()


def time_spent(reader: User, period: Period) -> Spent:
    """Return the sums of the whole period."""
    found = entries_in(reader, period).aggregate(
        spent=Sum("minutes"),
        entries=Count("pk"),
        tickets=Count("ticket", distinct=True),
        people=Count("user", distinct=True),
    )
    return Spent(found["spent"] or 0, found["entries"], found["tickets"], found["people"])


def time_by(reader: User, period: Period, by: str) -> Iterator[TimeGroup]:
    """Yield the groups, the most time first, fetched in pieces."""
    grouped: QuerySet[Any] = entries_in(reader, period).annotate(group=GROUPS[by])
    figures = {
        "spent": Sum("minutes"),
        "entries": Count("pk"),
        "tickets": Count("ticket", distinct=True),
    }
    rows = grouped.values("group").annotate(**figures).order_by("-spent", "group")
    fetched = rows.values_list("group", *figures).iterator(chunk_size=PIECE)
    while piece := list(islice(fetched, PIECE)):
        known = _known(by, [key for key, *_ in piece if key is not None])
        for key, *counts in piece:
            name, address = known.get(key, (NOTHING.get(by, "Unknown"), address_of(key)))
            yield TimeGroup(name, address, *counts)


def _known(by: str, keys: list[Any]) -> dict[Any, tuple[str, str]]:
    """Return what the groups are called, and how addresses name them."""
    if by == TimeDimension.TICKET:
        tickets = Ticket.objects.only("number", "subject").in_bulk(keys)
        return {pk: (ticket.subject, ticket.ticket_id) for pk, ticket in tickets.items()}
    if by in (TimeDimension.TECHNICIAN, TimeDimension.CUSTOMER):
        people = User.objects.in_bulk(keys)
        return {pk: (person.name, person.desk_id) for pk, person in people.items()}
    model: Any = Category if by == TimeDimension.CATEGORY else Organization
    named = model.objects.filter(pk__in=keys).values_list("pk", "name")
    return {pk: (name, address_of(pk)) for pk, name in named}


def with_words(entries: QuerySet[TimeEntry]) -> QuerySet[TimeEntry]:
    """Bring what a row of an entry shows."""
    return entries.select_related(
        "user", "ticket__customer__organization", "ticket__category__parent"
    )


def entries_page(
    reader: User, period: Period, *, which: Q | None = None, cursor: str = "", size: int = 20
) -> Page[TimeEntry]:
    """Return single entries, the latest first."""
    rows = with_words(entries_in(reader, period, which))
    return keyset_page(rows, order=ENTRIES_ORDER, cursor=cursor, size=size)


def all_entries(reader: User, period: Period, which: Q | None = None) -> Iterator[TimeEntry]:
    """Yield every entry of the period, fetched in pieces."""
    cursor = ""
    while True:
        page = entries_page(reader, period, which=which, cursor=cursor, size=PIECE)
        yield from page.rows
        if not page.next:
            return
        cursor = page.next

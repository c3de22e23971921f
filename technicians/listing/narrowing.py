"""From the address to the tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils import formats

from accounts.models import Team, User
from technicians.listing.days import SPAN_CHOICES, beginning_of, span_between
from technicians.listing.form import NEGATABLE, NOT, TicketListForm
from technicians.listing.operators import read_operators
from technicians.listing.presets import ListView, views_of
from technicians.listing.sorting import MENU, OPEN_ONLY, RELEVANCE, SORTS, with_words
from tickets.choices import Priority, Status
from tickets.models import Category, Tag, TicketTag
from tickets.querysets import TicketQuerySet
from tickets.search import PAGE_ROWS, Hits, find_tickets
from tickets.search_ranking import BY_RELEVANCE, RANKED

NAMES = {
    "status": "Status",
    "priority": "Priority",
    "category": "Category",
    "technician": "Assignee",
    "team": "Team",
    "customer": "Customer",
    "organization": "Organisation",
    "tag": "Tag",
    "raised": "Raised",
    "updated": "Updated",
}
DAYS = ("raised", "updated")
CLOSED_SETS: dict[str, list[Any]] = {"status": Status.values, "priority": Priority.values}


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the query that is left when it is removed."""

    name: str
    value: str
    without: str


class Listing:
    """The tickets that `reader` asks for by a query, such as `view=open&priority=4&sort=oldest`."""

    def __init__(self, query: QueryDict | str, *, reader: User) -> None:
        given = QueryDict(query) if isinstance(query, str) else query
        self.query, mistakes = read_operators(given, reader=reader)
        self.reader = reader
        self.views = views_of(reader)
        choices = [(key, view.name) for key, view in self.views.items()]
        self.form = TicketListForm(self.query, reader=reader, views=choices, mistakes=mistakes)

    def check(self) -> None:
        """Raise `ValidationError({"parameter": ...})` for what makes no sense in the query."""
        if not self.form.is_valid():
            raise ValidationError({name: list(e) for name, e in self.form.errors.items()})

    @property
    def data(self) -> dict[str, Any]:
        return self.form.cleaned_data

    @cached_property
    def view_key(self) -> str:
        """The view; a search or a customer's tickets look everywhere, unless a view is named."""
        looks = self.data["q"] or self.data["customer"] or self.data["organization"]
        start = "all" if looks else "open" if self.reader.is_admin else "mine"
        return self.data["view"] or start

    @property
    def view(self) -> ListView:
        return self.views[self.view_key]

    @cached_property
    def sort(self) -> str:
        """The key of the order; one that makes no sense for the list gives way to the usual one."""
        words, is_open = self.data["q"], self.view.is_open
        usual = RELEVANCE if words else "urgent" if is_open else "newest"
        sort = self.data["sort"] or usual
        if sort == RELEVANCE and not words:
            return usual
        return sort if is_open or sort not in OPEN_ONLY else "newest"

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """What the menu of orders offers for the list: keys and names."""
        left_out = set() if self.view.is_open else OPEN_ONLY.keys()
        left_out = left_out if self.data["q"] else {*left_out, RELEVANCE}
        return [(key, name) for key, name in MENU.items() if key not in left_out]

    @property
    def order(self) -> Sequence[str]:
        return SORTS[self.sort]

    @cached_property
    def tickets(self) -> TicketQuerySet:
        """What passes the filters, with the words that it is sorted by; in no order yet."""
        return self.hits.tickets  # type: ignore[return-value]

    @cached_property
    def hits(self) -> Hits:
        """What the search found, of what passes the filters."""
        narrowed = with_words(narrow(self.view.tickets(self.reader), self.data), self.order)
        rows = RANKED if self.sort == RELEVANCE else PAGE_ROWS
        return find_tickets(narrowed, self.data["q"], reader=self.reader, rows=rows)

    def paged(self) -> tuple[list[Any], Sequence[str]]:
        """Return the tickets in parts, and the order, as a page of the list is read."""
        if self.sort == RELEVANCE:
            return self.hits.by_relevance(), BY_RELEVANCE
        return [self.tickets], self.order

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.data["q"])

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters."""
        found = []
        for key, name in NAMES.items():
            words = self._days(key) if key in DAYS else ", ".join(self._words(key))
            if words:
                turned = self.data.get(f"{key}_is") == NOT
                parts = [key, f"{key}_is", f"{key}_from", f"{key}_to"]
                without = self.without(*parts)
                found.append(Chip(f"{name} is not" if turned else name, words, without))
        return found

    def without(self, *keys: str) -> str:
        """Return the query without some parameters and its page."""
        query = self.query.copy()
        for gone in (*keys, "cursor"):
            query.pop(gone, None)
        return query.urlencode()

    def _words(self, key: str) -> list[str]:
        chosen = self.data[key]
        if key == "status":
            return [str(Status(value).label) for value in chosen]
        if key == "priority":
            return [str(Priority(value).label) for value in chosen]
        nobody = "None" if key == "team" else "Nobody"
        return [nobody if value == TicketListForm.NOBODY else str(value) for value in chosen]

    def _days(self, key: str) -> str:
        first, last = self.data[f"{key}_from"], self.data[f"{key}_to"]
        words = dict(SPAN_CHOICES).get(self.data[key], "")
        if first or last:
            ends = [formats.date_format(day, "j M Y") if day else "" for day in (first, last)]
            span = f"{ends[0]} to {ends[1]}" if all(ends) else ""
            span = span or (f"since {ends[0]}" if first else f"until {ends[1]}")
            words = f"{words}, {span}" if words else span
        return words


def narrow(tickets: TicketQuerySet, data: dict[str, Any]) -> TicketQuerySet:
    """Return the tickets that pass the filters of a valid form."""
    for name in NEGATABLE:
        if not data[name]:
            continue
        turned = data[f"{name}_is"] == NOT
        if name in CLOSED_SETS and turned:  # what is left is a list, which an index serves
            left = [value for value in CLOSED_SETS[name] if value not in data[name]]
            tickets = tickets.filter(**{f"{name}__in": left})
        else:
            condition = CONDITIONS[name](data[name])
            tickets = tickets.exclude(condition) if turned else tickets.filter(condition)
    for name in DAYS:
        for begin, end in _spans(data, name):
            if begin is not None:
                tickets = tickets.filter(**{f"{name}_at__gte": begin})
            if end is not None:
                tickets = tickets.filter(**{f"{name}_at__lt": end})
    return tickets


def _spans(data: dict[str, Any], name: str) -> list[tuple[datetime | None, datetime | None]]:
    first, last = data[f"{name}_from"], data[f"{name}_to"]
    begin = beginning_of(first) if first else None
    end = beginning_of(last + timedelta(days=1)) if last else None
    return [span_between(data[name]) if data[name] else (None, None), (begin, end)]


def _of_categories(chosen: list[Category]) -> Q:
    """Of the categories with their subcategories."""
    keys = [category.pk for category in chosen]
    below = Category.objects.filter(parent__in=keys).values_list("pk", flat=True)
    return Q(category__in=[*keys, *below])


def _of_technicians(chosen: list[User | str]) -> Q:
    people = [value.pk for value in chosen if isinstance(value, User)]
    condition = Q(technician__in=people) if people else Q()
    if TicketListForm.NOBODY in chosen:
        condition |= Q(technician__isnull=True)
    return condition


def _of_teams(chosen: list[Team | str]) -> Q:
    teams = [value.pk for value in chosen if isinstance(value, Team)]
    condition = Q(team__in=teams) if teams else Q()
    if TicketListForm.NOBODY in chosen:
        condition |= Q(team__isnull=True)
    return condition


def _tagged(chosen: list[Tag]) -> Q:
    return Q(pk__in=TicketTag.objects.filter(tag__in=chosen).values("ticket"))


def _of_organizations(chosen: list[Any]) -> Q:
    people = User.objects.filter(organization__in=chosen).values_list("pk", flat=True)
    return Q(customer__in=list(people))


CONDITIONS: dict[str, Any] = {
    "status": lambda chosen: Q(status__in=chosen),
    "priority": lambda chosen: Q(priority__in=chosen),
    "category": _of_categories,
    "technician": _of_technicians,
    "team": _of_teams,
    "tag": _tagged,
    "customer": lambda chosen: Q(customer__in=[person.pk for person in chosen]),
    "organization": _of_organizations,
}

"""Filters that are typed into the search: `status:open from:amara printer`.

Each becomes the parameter that the menus of the list would have set, so that it is shown as a chip
and obeys the same rules.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from django.http import QueryDict

from accounts.models import User
from accounts.search import find_people
from tickets.choices import DONE_STATUSES, OPEN_STATUSES, Priority, Status
from tickets.models import Category

OPERATOR = re.compile(r'(?<!\S)(-?)([a-z]+):("[^"]*"|\S+)', re.IGNORECASE)
MOST_OPERATORS = 12
# What the box explains: the operator, and what it finds.
EXPLAINED = [
    ("status:open", "open tickets; also done, or the beginning of a status"),
    ("from:amara", "a customer by name, e-mail or number"),
    ("assigned:me", "me, none, or a technician"),
    ("priority:urgent", "a priority"),
    ("category:vpn", "a category by a part of its name"),
    ("tag:outage", "a tag"),
    ("team:second", "a team"),
    ("before:2026-11-01", "raised before a day"),
    ("after:2026-11-01", "raised on a day or later"),
    ("-status:closed", "a minus means: not that"),
]


class Unknown(ValueError):
    """An operator's value that means nothing; the sentence says what can be written."""


def read_operators(query: QueryDict, *, reader: User) -> tuple[QueryDict, list[str]]:
    """Return the query with its operators turned into parameters, and what is wrong in words."""
    found = list(OPERATOR.finditer(query.get("q", "")))[:MOST_OPERATORS]
    known = [match for match in found if match[2].lower() in READERS]
    if not known:
        return query, []
    changed, errors, words = query.copy(), [], query.get("q", "")
    for match in known:
        words = words.replace(match[0], " ", 1)
        name, value = match[2].lower(), match[3].strip('"').strip()
        try:
            parameter, values = READERS[name](value, reader)
        except Unknown as error:
            errors.append(str(error))
            continue
        if parameter in ("raised_from", "raised_to"):
            changed[parameter] = values[0]
            continue
        present = changed.getlist(parameter)
        changed.setlist(parameter, list(dict.fromkeys([*present, *values])))
        if match[1]:
            changed[f"{parameter}_is"] = "not"
    changed["q"] = " ".join(words.split())
    return changed, errors


Read = tuple[str, list[str]]


def _status(value: str, reader: User) -> Read:
    low = value.lower().replace("-", " ")
    groups = {"open": OPEN_STATUSES, "done": DONE_STATUSES}
    if low in groups:
        return "status", [str(status.value) for status in groups[low]]
    named = [v for v, label in Status.choices if low and str(label).lower().startswith(low)]
    if not named:
        raise Unknown(f"There is no status “{value}”: write open, done, or one of them.")
    return "status", named


def _priority(value: str, reader: User) -> Read:
    named = [str(v) for v, label in Priority.choices if label.lower() == value.lower()]
    if not named:
        words = ", ".join(label.lower() for label in Priority.labels)
        raise Unknown(f"There is no priority “{value}”: write {words}.")
    return "priority", named


def _category(value: str, reader: User) -> Read:
    named = Category.objects.filter(name__icontains=value).values_list("pk", flat=True)[:20]
    if not value or not named:
        raise Unknown(f"There is no category “{value}”.")
    return "category", [str(key) for key in named]


def _assigned(value: str, reader: User) -> Read:
    if value.lower() in ("me", "none", "nobody"):
        return "technician", ["me" if value.lower() == "me" else "none"]
    people = User.objects.present().technicians()
    named = people.filter(public_id=value.upper()).first()
    named = named or next(iter(find_people(people, value, limit=1)), None)
    if named is None:
        raise Unknown(f"There is no technician “{value}”: write me, none, or a name.")
    return "technician", [str(named.public_id)]


def _as_it_is(parameter: str) -> Callable[[str, User], Read]:
    return lambda value, reader: (parameter, [value])


def _before(value: str, reader: User) -> Read:
    return "raised_to", [str(_day(value, "before") - timedelta(days=1))]


def _after(value: str, reader: User) -> Read:
    return "raised_from", [str(_day(value, "after"))]


def _day(value: str, name: str) -> date:
    try:
        day = date.fromisoformat(value)
        if day.year < 1900:
            raise ValueError(value)
    except ValueError as error:
        raise Unknown(f"Write a day like {name}:2026-11-01, not “{value}”.") from error
    return day


READERS: dict[str, Callable[[str, User], Read]] = {
    "status": _status,
    "priority": _priority,
    "category": _category,
    "assigned": _assigned,
    "from": _as_it_is("customer"),
    "tag": _as_it_is("tag"),
    "team": _as_it_is("team"),
    "before": _before,
    "after": _after,
}

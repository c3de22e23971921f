"""Going on counting where the old system stopped."""

import re
from collections.abc import Iterable

from accounts.models import NUMBER_PREFIXES
from accounts.numbers import Counter, raise_counter
from accounts.services.people import highest_number as highest_person
from operations.legacy.source import Row
from tickets.models.ticket import TICKET_PREFIX
from tickets.services.creation import highest_number as highest_ticket

MEANINGS = {TICKET_PREFIX: ("tkt", "ticket"), "CUS": ("cus",), "TEC": ("tec",)}
NUMBER = re.compile(r"\d{1,15}")


def last_numbers(rows: Iterable[Row]) -> dict[str, int]:
    """Return the last number of each sequence that the old table tells.

    Its shape varies: a row for each sequence (a name beside a number), or one row with a column
    for each.
    """
    found = dict.fromkeys(MEANINGS, 0)
    for row in rows:
        for column, value in row.items():
            if value is not None and NUMBER.fullmatch(value):
                words = [column, *(text for text in row.values() if text)]
                prefix = next(filter(None, map(sequence_of, words)), None)
                if prefix:
                    found[prefix] = max(found[prefix], int(value))
    return found


def sequence_of(word: str) -> str | None:
    """Return the sequence that a column's or row's name means, e.g. `TKT` for `ticket_counter`."""
    lowered = word.lower()
    return next((p for p, signs in MEANINGS.items() if any(s in lowered for s in signs)), None)


def set_counters(old: dict[str, int]) -> dict[str, int]:
    """Put each counter behind the old one and behind what is in use; return where they stand."""
    highest = {TICKET_PREFIX: highest_ticket()}
    highest |= {prefix: highest_person(prefix)() for prefix in NUMBER_PREFIXES.values()}
    for prefix, number in highest.items():
        raise_counter(prefix, max(number, old.get(prefix, 0)))
    return dict(Counter.objects.filter(name__in=highest).values_list("name", "value"))

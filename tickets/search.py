"""Finding tickets by words, by number and by the customer's address.

The full-text trap: asked for the newest 25 tickets with a word, PostgreSQL either walks the list
and looks for the word in each row (good for a common word, a scan of everything for a rare one)
or fetches all tickets with the word and sorts them (the other way round), and it often guesses
wrong about rare words, and about words that are common but not among the reader's own tickets. So
a look at some tickets of all ages decides: words that are rare there are looked up first, as a
closed list of numbers, which the planner can't turn into a walk.
"""

import math
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.text import clean_search
from tickets.models import Ticket
from tickets.querysets import AnyOf
from tickets.search_messages import said_elsewhere
from tickets.search_ranking import by_relevance
from tickets.search_terms import WordsMatch, all_match, forms_of, fts5_query, words_of

MAX_LENGTH = 200
# How many characters of a text are shown after a hit.
EXCERPT = 90
# A page has some 25 rows, and a row that is fetched and sorted costs about three times one that
# is met on a walk.
PAGE_ROWS, FETCH_COST = 25, 3
# A walk as short as this one costs little whatever the rest of the sample says.
SHORT_WALK = 4_000
# The look at the tickets: each of the newest, then some of each span that is twice as old.
NEWEST, SOME, OLDEST = 400, 40, 2**25

TICKET_NUMBER = re.compile(r"(?:tkt|#)?[\s#-]*0*(\d{1,18})", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def search_tickets(
    queryset: QuerySet[Ticket], text: str, *, reader: User | None = None
) -> QuerySet[Ticket]:
    """Return the tickets of `queryset` that `text` finds (`find_tickets`), in no order."""
    return find_tickets(queryset, text, reader=reader).tickets


@dataclass(frozen=True)
class Hits:
    """What a search found: `tickets` of those `among` which it looked, lazy and in no order.

    `is_partial`: the words are in so many messages, files or names that only the newest count.
    """

    tickets: QuerySet[Ticket]
    among: QuerySet[Ticket]
    words: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    is_partial: bool = False

    def by_relevance(self) -> list[QuerySet[Any]]:
        """Return the tickets in parts for `keyset_page`, by the order `BY_RELEVANCE`."""
        return by_relevance(self.tickets, self.among, self.words, self.numbers)


def find_tickets(
    queryset: QuerySet[Ticket], text: str, *, reader: User | None = None, rows: int = PAGE_ROWS
) -> Hits:
    """Return the tickets of `queryset` that `text` finds; all of them for an empty text.

    Found are tickets with all the words in subject or description, in any order, case and (in the
    desk's language) with any ending; the last word may be the beginning of one (from three letters
    on). `TKT0042`, `#42`, `tkt42` and
    `42` find that ticket as well, a customer's e-mail address finds that customer's tickets. Only
    the first 200 characters and twelve words count. No text makes it fail.

    With a `reader`, also those with all the words in one message or name of a file that the reader
    may read; for staff, in a note or the customer's name as well (`search_messages`).

    The tickets are a lazy queryset, but short queries are made here: on PostgreSQL two to choose
    the plan (for the first `rows` of the newest), with a reader those of the messages. It says
    nothing about who may read: apply `visible_to`, and all other filters, to `queryset` before,
    because the plan is chosen for the tickets that are left.
    """
    text = clean_search(text, max_length=MAX_LENGTH)
    if not text:
        return Hits(queryset, queryset)
    customer = _customer(queryset, text)
    if customer is not None:
        return Hits(queryset.filter(customer=customer), queryset)
    number = TICKET_NUMBER.fullmatch(text)
    numbers = [int(number[1])] if number else []
    words = words_of(text)
    if not words:
        return Hits(queryset.none(), queryset)
    said: list[int] = []
    is_partial = False
    if reader is not None:
        said, is_partial = said_elsewhere(queryset, words, reader=reader)
    if connections[queryset.db].vendor == "postgresql":
        tickets = _search_postgresql(queryset, words, numbers + said, rows)
    else:
        tickets = _search_sqlite(queryset, words, numbers + said)
    return Hits(tickets, queryset, words, numbers, is_partial)


def _customer(queryset: QuerySet[Ticket], text: str) -> int | None:
    if not EMAIL.fullmatch(text):
        return None
    people = User.objects.using(queryset.db).present().filter(email=text.lower())
    now = people.annotate(now=Coalesce("merged_into", "pk"))
    return now.values_list("now", flat=True).first()


# What is shown of a hit ----------------------------------------------------------------------

# Parts of a text in their order, each with whether it is one of the words that were looked for.
Parts = list[tuple[str, bool]]


def marked(text: str, typed: str) -> Parts:
    """Return `text` in parts, the words of `typed` (as `search_tickets` reads it) marked."""
    parts: Parts = []
    position = 0
    for hit in _hits(text, typed):
        parts += [(text[position : hit.start()], False), (hit[0], True)]
        position = hit.end()
    return [part for part in [*parts, (text[position:], False)] if part[0]]


def excerpt(text: str, typed: str) -> Parts:
    """Return some words of `text` around its first hit, marked; nothing if there is no hit.

    What whoever shows it has to do is to escape each part: they are as somebody wrote them.
    """
    first = next(_hits(text, typed), None)
    if first is None:
        return []
    start, end = max(0, first.start() - EXCERPT // 3), first.end() + EXCERPT
    piece = " ".join(text[start:end].split())
    before, after = "… " if start else "", " …" if end < len(text) else ""
    # Half a word at an end would look like a misspelt one.
    piece = piece.partition(" ")[2] if start and " " in text[start : first.start()] else piece
    piece = piece.rpartition(" ")[0] if after and " " in text[first.end() : end] else piece
    return marked(f"{before}{piece}{after}", typed)


def _hits(text: str, typed: str) -> Iterator[re.Match[str]]:
    words = words_of(clean_search(typed, max_length=MAX_LENGTH))
    if not words:
        return iter(())
    forms = [form for some in forms_of(words) for form in some]
    either = "|".join(
        re.escape(form.text) + (r"[^\W_]*" if form.is_beginning else r"(?![^\W_])")
        for form in forms
    )
    return re.finditer(rf"(?<![^\W_])(?:{either})", text, re.IGNORECASE)


# SQLite --------------------------------------------------------------------------------------


def _search_sqlite(
    queryset: QuerySet[Ticket], words: list[str], numbers: list[int]
) -> QuerySet[Ticket]:
    found = RawSQL(
        "SELECT rowid FROM tickets_search WHERE tickets_search MATCH %s", [fts5_query(words)]
    )
    return queryset.filter(Q(number__in=found) | Q(number__in=numbers))


# PostgreSQL ----------------------------------------------------------------------------------


def _search_postgresql(
    queryset: QuerySet[Ticket], words: list[str], numbers: list[int], rows: int
) -> QuerySet[Ticket]:
    having, *again = all_match(F("number"), words)
    if walk_is_cheaper(_sampled_ages(queryset, having), rows=rows):
        return queryset.filter(Q(having) | Q(number__in=numbers))
    # ARRAY(SELECT ...) is made once, before the outer query, and has no order to walk along.
    found = ArraySubquery(queryset.order_by().filter(having, *again).values("number"))
    return queryset.filter(AnyOf(F("number"), found, _array(numbers)))


def _array(numbers: list[int]) -> Value:
    return Value(numbers, output_field=ArrayField(models.BigIntegerField()))


def _sample() -> dict[int, float]:
    """Return which tickets are looked at, by age (0: the newest), and how many each stands for."""
    weights = dict.fromkeys(range(NEWEST), 1.0)
    span, rng = NEWEST, random.Random(1)  # noqa: S311  the same ones each time, at no even distance
    while span < OLDEST:
        step = span / SOME
        weights |= {span + int(step * (n + rng.random())): step for n in range(SOME)}
        span *= 2
    return weights


SAMPLE = _sample()


def walk_is_cheaper(ages: Iterable[int], *, rows: int = PAGE_ROWS) -> bool:
    """Return whether a walk from the newest meets `rows` hits sooner than a look-up of them all.

    `ages` are those of the tickets of `SAMPLE` that have the words.
    """
    hits, length = 0.0, math.inf
    for age in sorted(ages):
        hits += SAMPLE[age]
        if hits >= rows:
            length = min(length, age)
    return length < max(FETCH_COST * hits, SHORT_WALK)


def _sampled_ages(queryset: QuerySet[Ticket], having: WordsMatch) -> list[int]:
    """Return the ages of those tickets of `SAMPLE` that are in `queryset` and have the words."""
    newest = Ticket.objects.using(queryset.db).order_by("-number").values_list("number", flat=True)
    highest = newest.first() or 0
    sample = _array([highest - age for age in SAMPLE if age < highest])
    hits = queryset.order_by().filter(having, AnyOf(F("number"), sample))
    return [highest - number for number in hits.values_list("number", flat=True)]

"""The best hits of a search first.

Only the newest hits are ranked, so that the order costs no more than the list by age; all the
others follow behind them, newest first. Such a list is in two parts, each of them in one order.
"""

from collections import defaultdict
from typing import Any

from django.db import connections
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from tickets.models import Ticket
from tickets.querysets import NEWEST
from tickets.search_terms import SubjectMatch, WordsMatch, fts5_query, tsquery_terms

# So many are ranked: ten pages of a list.
RANKED = 200
BY_RELEVANCE = ("rank", *NEWEST)
# The ticket of that number; all words in the subject; in subject and description; elsewhere.
NUMBER, SUBJECT, DESCRIPTION, ELSEWHERE, OLDER = range(5)


def by_relevance(
    found: QuerySet[Ticket], among: QuerySet[Ticket], words: list[str], numbers: list[int]
) -> list[QuerySet[Any]]:
    """Return the tickets of `found` in parts, with their `rank`, to be read by `BY_RELEVANCE`.

    `found` are those of `among` that have all the `words` or one of the `numbers`. One query is
    made here, for the newest hits and what they are worth.
    """
    rank = _rank(words, numbers, connections[found.db].vendor)
    rows = found.order_by(*NEWEST).annotate(rank=rank).values_list("number", "rank", "raised_at")
    newest = list(rows[:RANKED])
    worth = defaultdict(list)
    for number, value, _ in newest:
        worth[value].append(number)
    known = [When(number__in=those, then=Value(value)) for value, those in worth.items()]
    ranked = among.filter(number__in=[number for number, *_ in newest])
    parts: list[QuerySet[Any]] = [ranked.annotate(rank=_case(known))]
    if len(newest) == RANKED:
        oldest, _, raised_at = newest[-1]
        older = Q(raised_at__lt=raised_at) | Q(raised_at=raised_at, number__lt=oldest)
        rest = found.filter(older, raised_at__lte=raised_at)
        parts.append(rest.annotate(rank=Value(OLDER, output_field=IntegerField())))
    return parts


def _rank(words: list[str], numbers: list[int], vendor: str) -> Case:
    known = [When(number__in=numbers, then=Value(NUMBER))] if numbers else []
    if words:
        has = _on_postgresql(words) if vendor == "postgresql" else _on_sqlite(words)
        known += [When(has[place], then=Value(place)) for place in (SUBJECT, DESCRIPTION)]
    return _case(known)


def _case(known: list[When]) -> Case:
    return Case(*known, default=Value(ELSEWHERE), output_field=IntegerField())


def _on_postgresql(words: list[str]) -> dict[int, Any]:
    query = " & ".join(tsquery_terms(words))
    return {
        SUBJECT: SubjectMatch(F("subject"), query=query),
        DESCRIPTION: WordsMatch(F("number"), query=query),
    }


def _on_sqlite(words: list[str]) -> dict[int, Any]:
    sql = "SELECT rowid FROM tickets_search WHERE tickets_search MATCH %s"
    query = fts5_query(words)
    return {
        SUBJECT: Q(number__in=RawSQL(sql, [f"subject : ({query})"])),  # noqa: S611
        DESCRIPTION: Q(number__in=RawSQL(sql, [query])),  # noqa: S611
    }

"""Tickets whose messages, files or people have the words of a search, as a closed list of numbers.

All the words stand in one message, note, name of a file, or name and address of the customer.
Nothing is looked at that the reader may not read: a customer's search is one of the messages of
the customer's own tickets, and neither notes nor their files nor people are part of it.

The list is bounded, so that the search of tickets stays as cheap as without it: of a customer's
tickets the newest, of the desk's messages the newest that have the words. Words that are common are
looked up in the messages of the tickets that the filters leave, if these are few.
"""

from collections import Counter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db import connections
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from accounts.choices import STAFF_ROLES
from accounts.models import User
from accounts.search import WORDS
from tickets.choices import Visibility
from tickets.models import Attachment, Comment, Ticket
from tickets.querysets import NEWEST, AnyOf
from tickets.search_terms import SIMPLE, WordsMatch, all_match, fts5_query, tsquery_terms

# Messages and files with the words, and messages with common ones.
MOST_HITS, MOST_COMMON_HITS = 2_000, 300
# Tickets of a customer or of people, and those of a list that are few.
MOST_TICKETS, MOST_NARROWED = 1_000, 500
MOST_PEOPLE = 100
NO_LIMIT = 2**31 - 1
# Of so many of the newest messages, how many have words that are worth a walk along them.
NEWEST_MESSAGES, COMMON = 4_000, 80


def said_elsewhere(
    queryset: QuerySet[Ticket], words: list[str], *, reader: User
) -> tuple[list[int], bool]:
    """Return numbers of tickets whose messages, files or customer have all the words.

    They are a candidate list: `queryset` says which of them the reader may see. Also returned is
    whether there may be more of them than were looked at.
    """
    of_kind = _of_desk if reader.role in STAFF_ROLES else _of_own
    first, *others = of_kind(queryset, words, reader)
    found = list(first.union(*others, all=True))
    hits = Counter(most for most, _ in found)
    numbers = sorted({number for _, number in found})
    return numbers, any(count >= most for most, count in hits.items())


def messages_having(words: list[str], *, reader: User, using: str) -> QuerySet[Comment]:
    """Return the messages with all the words that `reader` may read of a ticket in sight."""
    rows = Comment.objects.using(using).visible_to(reader).filter(withdrawn_at__isnull=True)
    if connections[using].vendor == "postgresql":
        return rows.order_by().filter(*all_match(F("id"), words))
    sql = "SELECT rowid FROM tickets_comment_search WHERE tickets_comment_search MATCH %s"
    return rows.order_by().filter(pk__in=RawSQL(sql, [fts5_query(words)]))  # noqa: S611


def files_having(words: list[str], *, reader: User, using: str) -> QuerySet[Attachment]:
    """Return the files whose names have all the words, of messages that `reader` may read."""
    shown = Q(comment__withdrawn_at__isnull=True)
    if reader.role not in STAFF_ROLES:
        shown &= Q(comment__isnull=True) | Q(comment__visibility=Visibility.PUBLIC)
    rows = Attachment.objects.using(using).stored().filter(shown, ticket__isnull=False).order_by()
    if connections[using].vendor == "postgresql":
        return rows.filter(*all_match(F("id"), words))
    sql = "SELECT file FROM tickets_file_search WHERE tickets_file_search MATCH %s"
    return rows.filter(pk__in=RawSQL(sql, [fts5_query(words)]))  # noqa: S611


def _of_own(queryset: QuerySet[Ticket], words: list[str], reader: User) -> list[Any]:
    """Ask the messages of the reader's own tickets: those are few, and so are the hits."""
    using = queryset.db
    newest = queryset.order_by("-number").values("number")[:MOST_TICKETS]
    if connections[using].vendor == "postgresql":
        own: Any = AnyOf(F("ticket"), ArraySubquery(newest))
    else:
        own = Q(ticket__in=newest)
    messages = messages_having(words, reader=reader, using=using).filter(own)
    files = files_having(words, reader=reader, using=using).filter(own)
    return [_up_to(NO_LIMIT, rows, "ticket") for rows in (messages, files)]


def _of_desk(queryset: QuerySet[Ticket], words: list[str], reader: User) -> list[Any]:
    """Ask all messages: the newest that have the words."""
    using = queryset.db
    files = files_having(words, reader=reader, using=using)
    people = User.objects.using(using).present().customers().order_by()
    theirs = Ticket.objects.using(using).order_by()
    if connections[using].vendor == "postgresql":
        named = people.annotate(words=WORDS).filter(words=_people_query(words))
        named = named.values("pk")[:MOST_PEOPLE]
        theirs = theirs.filter(AnyOf(F("customer"), ArraySubquery(named)))
        return [
            _messages_of_desk(queryset, words, reader),
            _up_to(MOST_HITS, files, "ticket"),
            _up_to(MOST_TICKETS, theirs, "number"),
        ]
    for word in words:
        people = people.filter(name__icontains=word)
    theirs = theirs.filter(customer__in=people.values("pk")[:MOST_PEOPLE])
    messages = messages_having(words, reader=reader, using=using)
    return [
        _up_to(NO_LIMIT, messages, "ticket"),
        _up_to(NO_LIMIT, files, "ticket"),
        _up_to(NO_LIMIT, theirs, "number"),
    ]


def _messages_of_desk(queryset: QuerySet[Ticket], words: list[str], reader: User) -> Any:
    """Return the newest messages with the words; of few tickets (PostgreSQL) all of them."""
    using = queryset.db
    messages = messages_having(words, reader=reader, using=using)
    if not _is_common(words, using):
        # An order that no index has: all hits are fetched and sorted, and those are few.
        return _up_to(MOST_HITS, messages.order_by((F("id") + 0).desc()), "ticket")
    newest = queryset.order_by(*NEWEST).values_list("number", flat=True)
    listed = list(newest[: MOST_NARROWED + 1])
    if len(listed) <= MOST_NARROWED:
        return _up_to(NO_LIMIT, messages.filter(ticket__in=listed), "ticket")
    walked = Comment.objects.using(using).filter(*_plain(words)).order_by("-id")
    return _up_to(MOST_COMMON_HITS, walked, "ticket")


def _up_to(most: int, rows: QuerySet[Any], column: str) -> Any:
    """Return pairs of the limit and a ticket's number, at most so many."""
    return rows.values_list(Value(most), column)[: most if most < NO_LIMIT else None]


def _plain(words: list[str]) -> list[Any]:
    query = " & ".join(tsquery_terms(words))
    return [WordsMatch(F("id"), query=query), Q(withdrawn_at__isnull=True)]


def _people_query(words: list[str]) -> SearchQuery:
    """Return what is looked up among names, which have no other endings."""
    return SearchQuery(" & ".join(tsquery_terms(words, SIMPLE)), search_type="raw", config="simple")


def _is_common(words: list[str], using: str) -> bool:
    """Return whether many of the newest messages have the words: a walk along them is short."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM"
            " (SELECT search FROM tickets_comment ORDER BY id DESC LIMIT %s) AS newest"
            " WHERE search @@ to_tsquery('simple', %s)",
            [NEWEST_MESSAGES, " & ".join(tsquery_terms(words))],
        )
        return bool(cursor.fetchone()[0] >= COMMON)

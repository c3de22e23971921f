"""Finding people by number, user id, address and the words of their names, also misspelt ones.

A name that nobody has is parted into runs of three letters: who shares many of them is found. That
is one pass over the names of those who may be found, some milliseconds for ten thousand.
"""

import re
from functools import reduce
from operator import add
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower

from accounts.models import User
from accounts.querysets import UserQuerySet
from accounts.text import clean_search

MAX_LENGTH = 200
MAX_WORDS = 8
WORD = re.compile(r"[\w@.+-]+")
# The index `user_words` has exactly this expression.
WORDS = SearchVector("name", "email", config="simple")
MOST_CANDIDATES = 50
# How much of what was typed a name has at least, by runs of three letters.
ALIKE = 0.34
MOST_RUNS = 12


def search_people(queryset: UserQuerySet, text: str) -> UserQuerySet:
    """Return the people of `queryset` that `text` finds; all of them for an empty text.

    Found are the owner of a number (`CUS0042`), a user id or an address, and everybody whose
    name and address have words that begin with all the words typed, in any case.
    """
    text = clean_search(text, max_length=MAX_LENGTH)
    if not text:
        return queryset
    known = Q(public_id=text.upper()) | Q(user_id__lower=text.lower()) | Q(email=text.lower())
    exact = list(queryset.filter(known).values_list("pk", flat=True)[:2])
    if exact:
        return queryset.filter(pk__in=exact)
    words = [word for word in WORD.findall(text) if any(map(str.isalnum, word))][:MAX_WORDS]
    if not words:
        return queryset.none()
    if connections[queryset.db].vendor == "postgresql":
        query = " & ".join(f"'{word}':*" for word in words)
        matching = SearchQuery(query, search_type="raw", config="simple")
        return queryset.annotate(words=WORDS).filter(words=matching)
    for word in words:
        queryset = queryset.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return queryset


def find_people(people: UserQuerySet, text: str, *, limit: int = 10) -> list[User]:
    """Return whom of `people` the text may mean, the likeliest first; a typing error is no harm.

    Who is found by `search_people` comes first. Fewer than two letters find nobody.
    """
    text = clean_search(text, max_length=MAX_LENGTH).lower()
    if len(text) < 2:
        return []
    found = list(search_people(people, text).order_by("name", "id")[:limit])
    if not found:
        found = [
            person for person in _candidates(people, text) if likeness(text, person.name) > ALIKE
        ]
    found.sort(key=lambda person: -likeness(text, person.name))
    return found[:limit]


def _candidates(people: UserQuerySet, text: str) -> UserQuerySet:
    runs = {run.strip() for run in sorted(_runs(text))[:MOST_RUNS]}
    hits = [Case(When(low_name__contains=run, then=Value(1)), default=Value(0)) for run in runs]
    shared: Any = reduce(add, hits)
    named = people.annotate(low_name=Lower("name")).annotate(shared=shared)
    least = max(1, int(len(hits) * ALIKE))
    return named.filter(shared__gte=least).order_by("-shared", "name")[:MOST_CANDIDATES]


def _runs(text: str) -> set[str]:
    """Return the runs of three letters of each word; a word begins with a blank."""
    words = [f" {word}" for word in text.lower().split()]
    return {word[at : at + 3] for word in words for at in range(max(1, len(word) - 2))}


def likeness(typed: str, name: str) -> float:
    """Return how much of what was typed the name has, 0 to 1; 2 if it begins with it."""
    if name.lower().startswith(typed.lower()):
        return 2.0
    runs = _runs(typed)
    return len(runs & _runs(name)) / len(runs) if runs else 0.0

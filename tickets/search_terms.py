"""What was typed into a search as words, and as a query of each database.

Words are found in other endings as well, by the stem that `SEARCH_LANGUAGE` gives them: a word of
a text is found if it begins with the stem of the word that was typed. So the databases keep words
as they are written, and another language needs no new index.
"""

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import snowballstemmer
from django.conf import settings
from django.db import models
from django.db.models import Func

MAX_WORDS = 12
MIN_PREFIX = 3
# A shorter stem stands for itself alone: too many other words begin with it.
MIN_STEM = 4
SIMPLE = "simple"
PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))


def words_of(text: str) -> list[str]:
    """Return the words as both databases part them; what has neither letter nor digit is none."""
    words = text.translate(PUNCTUATION).split()
    return [word for word in words if any(map(str.isalnum, word))][:MAX_WORDS]


def is_prefix(word: str) -> bool:
    """Return whether the last word of a search may be the beginning of one."""
    return len(word) >= MIN_PREFIX and not word.isdigit()


@dataclass(frozen=True)
class Form:
    """What stands for a word that was typed: a word of a text is it, or begins with it."""

    text: str
    is_beginning: bool = False

    def finds(self, other: "Form") -> bool:
        """Return whether this form finds all that the other one finds."""
        return self == other or (
            self.is_beginning and other.text.lower().startswith(self.text.lower())
        )


def forms_of(words: list[str], language: str = "") -> list[list[Form]]:
    """Return the forms of each word, any of which will do, in whatever case.

    The last word may be the beginning of one. Without a `language` it is the desk's.
    """
    last, language = len(words) - 1, language or settings.SEARCH_LANGUAGE
    return [
        _forms(word, language, is_beginning=place == last and is_prefix(word))
        for place, word in enumerate(words)
    ]


@lru_cache(maxsize=2_000)
def _forms(word: str, language: str, *, is_beginning: bool) -> list[Form]:
    forms = [Form(word, is_beginning)]
    if language != SIMPLE and word.isalpha():
        # A stemmer of its own each time: it keeps what it works on.
        stem = snowballstemmer.stemmer(language).stemWord(word.lower())
        forms.append(Form(stem, len(stem) >= MIN_STEM))
        if language == "english" and stem.endswith("i"):
            forms.append(Form(f"{stem[:-1]}y"))  # "batteri" is the stem of battery
    needed: list[Form] = []
    for form in forms:
        if not any(other.finds(form) for other in needed):
            needed = [*(other for other in needed if not form.finds(other)), form]
    return needed


def fts5_query(words: list[str]) -> str:
    """Return what SQLite looks up."""
    terms = (
        " OR ".join(f'"{form.text}"' + "*" * form.is_beginning for form in forms)
        for forms in forms_of(words)
    )
    return " AND ".join(f"({term})" for term in terms)


def tsquery_terms(words: list[str], language: str = "") -> list[str]:
    """Return what PostgreSQL looks up, a term for each word, in the desk's language or this."""
    terms = (
        " | ".join(f"'{form.text}'" + ":*" * form.is_beginning for form in forms)
        for forms in forms_of(words, language)
    )
    return [f"({term})" for term in terms]


class WordsMatch(Func):
    """The condition that the generated column `search` of a row matches a tsquery.

    Any column of the table names the row.
    """

    output_field = models.BooleanField()

    def __init__(self, column: Any, *, query: str) -> None:
        super().__init__(column)
        self.query = query

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        column: Any = self.source_expressions[0]
        alias = compiler.quote_name_unless_alias(column.alias)
        return f"{alias}.search @@ to_tsquery('simple', %s)", [self.query]


class SubjectMatch(Func):
    """The condition that the column (of a short text) alone matches a tsquery, without an index."""

    output_field = models.BooleanField()

    def __init__(self, column: Any, *, query: str) -> None:
        super().__init__(column)
        self.query = query

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        parted = f"to_tsvector('simple', translate({column}, %s, %s))"
        blanks = " " * len(string.punctuation)
        marks = [*params, string.punctuation, blanks, self.query]
        return f"{parted} @@ to_tsquery('simple', %s)", marks


def all_match(column: Any, words: list[str]) -> list[WordsMatch]:
    """Return conditions that a row has all the words, for a look-up by the index (PostgreSQL).

    The planner takes words for independent and could expect a third of all rows where there is
    none, and read them all. Saying each word again, twice, makes it expect few.
    """
    terms = tsquery_terms(words)
    again = [WordsMatch(column, query=term) for term in terms if len(terms) > 1] * 2
    return [WordsMatch(column, query=" & ".join(terms)), *again]

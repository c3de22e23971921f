"""Keyset paging: page 10,000 costs what page 1 costs, and rows that arrive move nothing.

A cursor is the position of a row in the list's order, written so that it fits in a URL. The
technique: https://use-the-index-luke.com/no-offset
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from accounts.text import check_text

Row = TypeVar("Row")
# A list as a whole, or in parts that follow each other.
Parts = QuerySet[Any] | Sequence[QuerySet[Any]]
MAX_CURSOR = 500
NOT_FOUND = "This page of the list can't be found; start at its first page."


class InvalidCursor(ValueError):
    """The cursor is not one of ours, or belongs to a list in another order."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors that lead on and back (empty: nothing there)."""

    rows: list[Row]
    next: str
    previous: str

    @property
    def is_first(self) -> bool:
        return not self.previous


def keyset_page(
    queryset: Parts, *, order: Sequence[str], cursor: str = "", size: int = 20
) -> Page[Any]:
    """Return up to `size` rows of `queryset` in `order`, from `cursor` on.

    `order` lists columns, `-` for descending, the last one unique. Rows may be objects or, after
    `.values()`, dictionaries that hold the columns of the order. A list in parts is a sequence of
    querysets, all rows of each before those of the next one in this order. Raises `InvalidCursor`.
    """
    backwards, position = _read(cursor, order) if cursor else (False, None)
    keys = _reverse(order) if backwards else order
    parts = parts_of(queryset)
    rows: list[Any] = []
    for part in reversed(parts) if backwards else parts:
        if len(rows) > size:
            break
        rows += _behind(part, keys, position).order_by(*keys)[: size + 1 - len(rows)]
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    before = more if backwards else position is not None
    after = bool(rows) if backwards else more
    return Page(
        rows=rows,
        next=_write(rows[-1], order) if rows and after else "",
        previous=_write(rows[0], order, backwards=True) if rows and before else "",
    )


def parts_of(queryset: Parts) -> Sequence[QuerySet[Any]]:
    """Return the querysets that a list consists of."""
    return [queryset] if isinstance(queryset, QuerySet) else queryset


def _behind(
    queryset: QuerySet[Any], order: Sequence[str], position: list[Any] | None
) -> QuerySet[Any]:
    if position is None:
        return queryset
    try:
        return queryset.filter(_after(order, position))
    except (TypeError, ValueError, ValidationError) as error:  # values of another type
        raise InvalidCursor(NOT_FOUND) from error


def first_page(
    fetch: Callable[[int], list[dict[str, Any]]], *, order: Sequence[str], size: int
) -> Page[dict[str, Any]]:
    """Return the first page of a list whose first `n` rows, in `order`, are `fetch(n)`."""
    rows = fetch(size + 1)
    more, rows = len(rows) > size, rows[:size]
    return Page(rows=rows, next=_write(rows[-1], order) if more else "", previous="")


def _reverse(order: Sequence[str]) -> list[str]:
    return [key[1:] if key.startswith("-") else f"-{key}" for key in order]


def _after(order: Sequence[str], position: list[Any]) -> Q:
    """Return the condition "behind this position", bounded on the first column for its index."""
    first, value = order[0], position[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": value})
    behind = Q()
    same = Q()
    for key, value in zip(order, position, strict=True):
        column, operator = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
        behind |= same & Q(**{f"{column}__{operator}": value})
        same &= Q(**{column: value})
    return bound & behind


def _write(row: Any, order: Sequence[str], *, backwards: bool = False) -> str:
    values = [_value(row, key.lstrip("-")) for key in order]
    marks = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    text = json.dumps([int(backwards), list(order), marks], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Any, column: str) -> Any:
    if not isinstance(row, Model):
        return row[column]
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, list[Any]]:
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError(len(cursor))
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        backwards, written_for, marks = json.loads(text)
        values = [_unmark(mark) for mark in marks]
    except (ValueError, TypeError, KeyError, RecursionError, ValidationError) as error:
        raise InvalidCursor(NOT_FOUND) from error
    if written_for != list(order) or len(values) != len(order) or backwards not in (0, 1):
        raise InvalidCursor(
            "This page belongs to a list in another order; start at its first page."
        )
    return bool(backwards), values


def _unmark(mark: Any) -> Any:
    if isinstance(mark, dict):
        moment = datetime.fromisoformat(mark["t"])
        if moment.tzinfo is None:
            raise ValueError(mark)
        return moment
    if isinstance(mark, bool) or not isinstance(mark, int | str):
        raise TypeError(mark)
    if isinstance(mark, int) and abs(mark) >= 2**63:
        raise ValueError(mark)
    if isinstance(mark, str):
        check_text("cursor", mark, max_length=MAX_CURSOR, required=False)
    return mark

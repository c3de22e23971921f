"""Several short lists by one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.models import Value


@dataclass(frozen=True)
class Part:
    """Rows wanted beside others: at most `most` of `rows`, of each these columns."""

    rows: models.QuerySet[Any]
    columns: Sequence[Any]
    most: int


def together(**parts: Part) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of several short lists, asked for in one query.

    Each list has as many columns as the others, of the same types. The order of its rows says
    which are the first `most`; they come back in no order.
    """
    pieces = []
    for name, part in parts.items():
        rows = part.rows[: part.most]
        if not connections[rows.db].features.supports_slicing_ordering_in_compound:
            rows = rows.model._base_manager.filter(pk__in=rows.values("pk")).order_by()
        pieces.append(rows.values_list(Value(name, models.CharField()), *part.columns))
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in parts}
    for name, *values in pieces[0].union(*pieces[1:], all=True):
        found[name].append(tuple(values))
    return found

"""The columns of the list that people choose from; priority and subject are always there."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name, its class in the table, and the sort that its head leads to first."""

    key: str
    name: str
    css: str
    sort: str = ""


COLUMNS = {
    column.key: column
    for column in (
        Column("number", "Number", "c-no", "-number"),
        Column("customer", "Customer", "c-who", "customer"),
        Column("organization", "Organisation", "c-who", "organization"),
        Column("category", "Category", "c-who", "category"),
        Column("status", "Status", "c-st", "status"),
        Column("assignee", "Assignee", "c-as", "assignee"),
        Column("why", "Why here", "c-due", "urgent"),
        Column("raised", "Raised", "c-up r meta", "newest"),
        Column("updated", "Updated", "c-up r meta", "-updated"),
    )
}
USUAL = ("status", "assignee", "why", "updated")


def chosen_columns(keys: Iterable[str]) -> list[Column]:
    """Return the columns of the keys in their usual order; unknown keys are left out."""
    wanted = set(keys)
    return [column for key, column in COLUMNS.items() if key in wanted]


def turned(sort: str) -> str:
    """Return the same sort the other way round."""
    other = {"newest": "oldest", "oldest": "newest", "urgent": "urgent"}
    return other.get(sort) or (sort[1:] if sort.startswith("-") else f"-{sort}")

"""The orders of the list. What has no index over all tickets sorts the open ones only."""

from collections.abc import Sequence

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from tickets.querysets import MOST_URGENT, NEWEST, TicketQuerySet

# Key in the address, and the order. Columns that are not the ticket's own are annotated.
ANYWHERE: dict[str, Sequence[str]] = {
    "newest": NEWEST,
    "oldest": ("raised_at", "number"),
    "updated": ("updated_at", "number"),
    "-updated": ("-updated_at", "-number"),
    "number": ("number",),
    "-number": ("-number",),
    "status": ("status", "-raised_at", "-number"),
    "-status": ("-status", "raised_at", "number"),
}
OPEN_ONLY: dict[str, Sequence[str]] = {
    "urgent": MOST_URGENT,
    "priority": ("priority", "raised_at", "number"),
    "-priority": ("-priority", "raised_at", "number"),
    "subject": ("subject", "number"),
    "-subject": ("-subject", "-number"),
    "customer": ("customer__name", "raised_at", "number"),
    "-customer": ("-customer__name", "raised_at", "number"),
    "organization": ("organization_name", "raised_at", "number"),
    "-organization": ("-organization_name", "raised_at", "number"),
    "category": ("category_name", "raised_at", "number"),
    "-category": ("-category_name", "raised_at", "number"),
    "assignee": ("technician_name", "raised_at", "number"),
    "-assignee": ("-technician_name", "raised_at", "number"),
}
# The best hits of a search first, a page at a time (`tickets.search`); elsewhere, as in an export,
# it means the newest, and without words there is no such order.
RELEVANCE = "relevance"
SORTS = {RELEVANCE: NEWEST, **ANYWHERE, **OPEN_ONLY}
# What the menu offers; the others are behind the names of the columns.
MENU = {
    RELEVANCE: "Relevance",
    "urgent": "Most urgent",
    "newest": "Newest",
    "oldest": "Oldest",
    "-updated": "Last update",
    "-priority": "Priority",
}
# What an order by words is by: "" for none, after or before all words.
WORDS = {
    "organization_name": Coalesce(F("customer__organization__name"), Value("")),
    "category_name": Coalesce(F("category__parent__name"), F("category__name"), F("category_text")),
    "technician_name": Coalesce(F("technician__name"), Value("")),
}


def with_words(tickets: TicketQuerySet, order: Sequence[str]) -> TicketQuerySet:
    """Annotate the words that the order is by, if any."""
    column = order[0].lstrip("-")
    return tickets.annotate(**{column: WORDS[column]}) if column in WORDS else tickets

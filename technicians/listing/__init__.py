"""A list of tickets as an address describes it: a view, filters, words and an order.

The page, the REST interface, exports and changes of many tickets all read the same address.
"""

from technicians.listing.columns import COLUMNS, USUAL, Column, chosen_columns, turned
from technicians.listing.form import NEGATABLE, NOT, TicketListForm
from technicians.listing.narrowing import Chip, Listing
from technicians.listing.operators import EXPLAINED
from technicians.listing.presets import ListView, views_of
from technicians.listing.sorting import MENU, OPEN_ONLY, RELEVANCE, SORTS

__all__ = [
    "COLUMNS",
    "EXPLAINED",
    "MENU",
    "NEGATABLE",
    "NOT",
    "OPEN_ONLY",
    "RELEVANCE",
    "SORTS",
    "USUAL",
    "Chip",
    "Column",
    "ListView",
    "Listing",
    "TicketListForm",
    "chosen_columns",
    "turned",
    "views_of",
]

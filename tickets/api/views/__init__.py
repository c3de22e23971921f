"""Endpoints about tickets: the shape of what comes in, then the services."""

from tickets.api.views.base import TicketView, WorkView, guard_of, state
from tickets.api.views.categories import Categories
from tickets.api.views.conversation import Notes, Replies, Timeline
from tickets.api.views.lists import (
    AllTickets,
    AvailableTickets,
    CustomerTickets,
    GivenTickets,
    TicketList,
)
from tickets.api.views.steps import Accept, Reopen, Take
from tickets.api.views.ticket import OneTicket

__all__ = [
    "Accept",
    "AllTickets",
    "AvailableTickets",
    "Categories",
    "CustomerTickets",
    "GivenTickets",
    "Notes",
    "OneTicket",
    "Reopen",
    "Replies",
    "Take",
    "TicketList",
    "TicketView",
    "Timeline",
    "WorkView",
    "guard_of",
    "state",
]

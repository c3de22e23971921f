"""The map from facts to tickets that wait to be given to somebody.

A receiver runs in the transaction of the change and only writes a row; the worker gives the ticket
away (`technicians/services/giving.py`).
"""

from typing import Any

from technicians.services import ask_to_give
from tickets import signals
from tickets.models import Ticket, TicketEvent

FACTS = (
    "ticket_created",
    "ticket_unassigned",
    "ticket_team_changed",
    "ticket_category_changed",
    "ticket_reopened",
)


def connect() -> None:
    """Listen to every fact after which nobody may have a ticket; called once."""
    for fact in FACTS:
        getattr(signals, fact).connect(
            ask, sender=Ticket, dispatch_uid=f"technicians.{fact}", weak=False
        )


def ask(event: TicketEvent, **kwargs: Any) -> None:
    """Let the ticket be given to somebody, but not to whoever has just had it."""
    ask_to_give(event.ticket, not_to=event.technician)

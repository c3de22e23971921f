"""The clocks follow every event of a ticket, in the transaction of the change."""

from typing import Any

from sla.services import follow
from tickets import signals
from tickets.models import Ticket, TicketEvent


def connect() -> None:
    """Listen to every event; called once, when the app is ready."""
    signals.event_recorded.connect(
        follow_event, sender=Ticket, dispatch_uid="sla.event_recorded", weak=False
    )


def follow_event(event: TicketEvent, **kwargs: Any) -> None:
    """Move the clocks of the event's ticket."""
    follow(event)

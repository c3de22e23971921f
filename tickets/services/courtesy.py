"""Thanks on a finished ticket: kept, and put before somebody instead of reopening at once."""

import uuid

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType
from tickets.courtesy import is_courtesy
from tickets.models import Ticket
from tickets.services.changes import lock, record, require_work, save
from tickets.services.comments import write_reply


def is_mere_thanks(ticket: Ticket, body: str) -> bool:
    """Whether the customer's words are thanks and nothing else."""
    names = [ticket.customer.name, ticket.technician.name if ticket.technician else ""]
    return is_courtesy(body, names=names)


def hold_courtesy(
    ticket: Ticket, body: str, *, author: User, submission_key: uuid.UUID | None = None
) -> Ticket:
    """Store the thanks of a locked, finished ticket, and put it on the list to confirm.

    It reopens by itself after the desk's hours, counted from the first such reply, unless it is
    dismissed (`services/automatic.py`).
    """
    comment = write_reply(ticket, body, author=author, submission_key=submission_key)
    now = timezone.now()
    ticket.confirm_since = ticket.confirm_since or now
    ticket.next_step_at, ticket.awaits_reply = now, False
    save(ticket, "confirm_since", "next_step_at", "awaits_reply")
    changes = {"courtesy": True}
    record(ticket, EventType.REPLY_ADDED, actor=author, changes=changes, comment=comment)
    return ticket


@transaction.atomic
def dismiss_courtesy(ticket: Ticket, *, actor: User, version: int | None = None) -> Ticket:
    """Somebody has read the thanks: the ticket stays as it is. Twice changes nothing."""
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    if ticket.confirm_since is None:
        return ticket
    ticket.confirm_since, ticket.next_step_at = None, timezone.now()
    save(ticket, "confirm_since", "next_step_at")
    record(ticket, EventType.COURTESY_DISMISSED, actor=actor)
    return ticket

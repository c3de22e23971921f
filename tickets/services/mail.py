"""What incoming mail leaves on a ticket beside its messages."""

from typing import Any

from django.db import transaction

from accounts.models import User
from tickets.choices import EventType
from tickets.models import Comment, MailOrigin, Ticket
from tickets.services.changes import record

MAIL_EVENTS = (EventType.AUTOMATIC_MAIL, EventType.MAIL_BOUNCED, EventType.MAIL_SUSPENDED)


def note_mail(ticket: Ticket, type: EventType, *, changes: dict[str, Any]) -> None:
    """Leave a line for the desk about a mail that changed nothing; none on a deleted ticket."""
    assert type in MAIL_EVENTS
    with transaction.atomic():
        held = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if held.deleted_at is None:
            record(held, type, actor=None, changes=changes)


def note_origin(
    ticket: Ticket, comment: Comment | None, *, sender: User, **fields: Any
) -> MailOrigin:
    """Write down that a message of the ticket (no comment: its description) came by mail."""
    return MailOrigin.objects.create(ticket=ticket, comment=comment, sender=sender, **fields)

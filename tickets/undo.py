"""Signed tokens about tickets, each for one purpose."""

from dataclasses import dataclass

from django.core import signing

from accounts.models import User
from tickets.models import Ticket, TicketParticipant

UNDO_SALT = "tickets.undo-removal"
UNDO_SECONDS = 3600
TOKEN_LENGTH = 1000


@dataclass(frozen=True)
class Removal:
    """Who was removed from a ticket, and what they were called there."""

    user: User
    name: str


def removal_token(participant: TicketParticipant) -> str:
    """Return what takes the removal of this person back, for an hour."""
    return signing.dumps(
        [participant.ticket_id, participant.user_id, participant.name], salt=UNDO_SALT
    )


def read_removal(token: str, ticket: Ticket) -> Removal | None:
    """Return who was removed from `ticket` by a genuine token that is not too old, or None."""
    if not token or len(token) > TOKEN_LENGTH:
        return None
    try:
        number, pk, name = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.present().filter(pk=pk).first() if number == ticket.pk else None
    return Removal(user, name) if user else None

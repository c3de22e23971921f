"""Ending the links that open a ticket without a sign-in."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType
from tickets.models import GuestEpoch, Ticket
from tickets.services.changes import lock, record, require_work


@transaction.atomic
def end_guest_links(ticket: Ticket, *, actor: User) -> int:
    """End everybody's guest links to the ticket and the visits that they opened; count people.

    The next mails bring new ones.
    """
    ticket = lock(ticket, actor=actor)
    require_work(ticket, actor)
    following = ticket.participants.cc().values_list("user_id", flat=True)
    people = {ticket.customer_id, *following}
    for pk in sorted(people):
        end_guest_links_of(ticket, pk)
    record(ticket, EventType.GUEST_LINKS_ENDED, actor=actor)
    return len(people)


def end_guest_links_of(ticket: Ticket, user_pk: int) -> None:
    """End one person's guest links to a locked ticket."""
    row, _ = GuestEpoch.objects.get_or_create(ticket=ticket, user_id=user_pk)
    row.epoch, row.ended_at = row.epoch + 1, timezone.now()
    row.save(update_fields=["epoch", "ended_at"])

"""Which finished ticket a ticket follows, and which ones follow it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import User
from accounts.numbers import public_id
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX

MOST_LATER = 20


def check_former(former: Ticket, customer: User) -> Ticket:
    """Return the ticket if a new one of the customer may follow it; raises `ValidationError`."""
    if former.customer_id != customer.pk or former.deleted_at is not None:
        raise ValidationError({"follow_up_of": "There is no such ticket."}, code="unknown")
    if not former.is_done:
        sentence = f"{former.ticket_id} is still open: write there instead."
        raise ValidationError({"follow_up_of": sentence}, code="transition")
    return former


def follow_ups(ticket: Ticket, reader: User) -> dict[str, Any]:
    """Return `former_id` (and `former_url` for who may read it) and `later`, pairs of both.

    A number is no secret: who reads this ticket reads there which one it follows.
    """
    family = Q(follow_up_of=ticket.pk)
    if ticket.follow_up_of_id:
        family |= Q(pk=ticket.follow_up_of_id)
    seen = Ticket.objects.visible_to(reader).filter(family).only("number").order_by("number")
    found = {
        relative.pk: (
            relative.ticket_id,
            relative.get_absolute_url() if reader.is_customer else relative.get_desk_url(),
        )
        for relative in seen[: MOST_LATER + 1]
    }
    former = ticket.follow_up_of_id
    known = found.pop(former, None) if former else None
    return {
        "former_id": public_id(TICKET_PREFIX, former) if former else None,
        "former_url": known[1] if known else None,
        "later": list(found.values()),
    }

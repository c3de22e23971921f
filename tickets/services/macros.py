"""Several changes of one click: what the history says of them."""

from django.db import transaction

from accounts.models import User
from tickets.choices import EventType
from tickets.models import Ticket
from tickets.permissions import can_take, can_work
from tickets.services.changes import NOT_YOURS, allow, lock, record


@transaction.atomic
def note_macro(ticket: Ticket, *, actor: User, macro: str, version: int | None = None) -> Ticket:
    """Say in the history, for staff only, that the changes which follow are those of a macro."""
    ticket = lock(ticket, actor=actor, version=version)
    allow(can_work(ticket, actor) or can_take(ticket, actor), NOT_YOURS)
    record(ticket, EventType.MACRO_APPLIED, actor=actor, changes={"macro": macro})
    return ticket

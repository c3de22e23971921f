"""Letting a ticket rest out of the queues, and bringing it back."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType
from tickets.models import Ticket, TicketSnooze
from tickets.services.changes import lock, record, require_work, wake

BATCH = 200


@transaction.atomic
def snooze_ticket(ticket: Ticket, *, until: datetime | None, actor: User) -> TicketSnooze:
    """Take the ticket out of the queues until a moment (None: until its customer answers).

    The customer's answer brings it back in any case, and so does a new assignment or its end.
    No change of its version.
    """
    ticket = lock(ticket, actor=actor)
    require_work(ticket, actor)
    if not ticket.is_open:
        raise ValidationError({"until": "Only open tickets can rest. Reopen it first."}, "done")
    if until is not None and until <= timezone.now():
        raise ValidationError({"until": "Choose a moment that is still to come."}, "past")
    row, _ = TicketSnooze.objects.update_or_create(
        ticket=ticket, defaults={"until": until, "by": actor, "since": timezone.now()}
    )
    words = until.isoformat() if until else None
    record(ticket, EventType.SNOOZED, actor=actor, changes={"until": words})
    return row


@transaction.atomic
def wake_ticket(ticket: Ticket, *, actor: User) -> bool:
    """Bring the ticket back into the queues; False where it was there already."""
    ticket = lock(ticket, actor=actor)
    require_work(ticket, actor)
    return wake(ticket, actor=actor)


def wake_due_tickets(now: datetime | None = None) -> int:
    """Bring back the tickets whose time has come; return how many."""
    due = TicketSnooze.objects.filter(until__lte=now or timezone.now()).order_by("until")
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            skips = connection.features.has_select_for_update_skip_locked
            rows = Ticket.objects.select_for_update(skip_locked=skips, of=("self",))
            ticket = rows.filter(pk=pk, snooze__until__lte=now or timezone.now()).first()
            count += wake(ticket, actor=None) if ticket else 0
    return count

"""When a ticket is due: found out by whoever keeps its targets, stored where lists are sorted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.compiled import set_columns, set_columns_of
from accounts.models import User
from tickets import signals
from tickets.choices import DONE_STATUSES, NEVER, EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.changes import record

LONGEST_PROMISE = timedelta(days=366)


def set_next_due(ticket: Ticket, at: datetime | None) -> None:
    """Store the moment (UTC; None: no target runs) at which a locked ticket is due next.

    No new version: nobody who is writing on the ticket has to know.
    """
    due = at or NEVER
    if ticket.next_due_at != due:
        ticket.next_due_at = due
        set_columns(Ticket, ticket.pk, next_due_at=due)


def set_next_dues(tickets: Iterable[tuple[Ticket, datetime | None]]) -> None:
    """Do the same for many locked tickets at once."""
    moved = []
    for ticket, at in tickets:
        due = at or NEVER
        if ticket.next_due_at != due:
            ticket.next_due_at = due
            moved.append(ticket)
    if moved:
        set_columns_of(moved, ["next_due_at"])


def note_target(ticket: Ticket, *, missed: bool, changes: dict[str, Any]) -> TicketEvent:
    """Write down that a target of a locked ticket is near or was missed, and announce it."""
    type = EventType.TARGET_MISSED if missed else EventType.TARGET_WARNED
    return record(ticket, type, actor=None, changes=changes)


def note_targets(changed: Iterable[tuple[Ticket, dict[str, Any]]], *, at: datetime) -> None:
    """Write down what locked tickets go by from `at` (UTC) on: a line for staff, and no mail.

    Each comes with the changes of its event.
    """
    events = []
    for ticket, changes in changed:
        event = TicketEvent(ticket=ticket, type=EventType.TARGETS_CHANGED, actor=None, at=at)
        event.changes = changes
        events.append(event)
    TicketEvent.objects.bulk_create(events)
    for event in events:
        signals.event_recorded.send(sender=Ticket, event=event)


def check_promise(until: datetime | None, *, actor: User, then_status: str) -> None:
    """Raise `ValidationError` where "next update by" makes no sense with a reply."""
    if until is None:
        return
    said = ""
    if actor.is_customer:
        said = "Only staff promise an update."
    elif then_status in DONE_STATUSES:
        said = "The reply ends the ticket: there is no next update to promise."
    elif not timezone.now() < until <= timezone.now() + LONGEST_PROMISE:
        said = "Promise the next update for a time to come, at most a year ahead."
    if said:
        raise ValidationError({"next_update_by": said})


def promise_update(ticket: Ticket, until: datetime, *, actor: User) -> TicketEvent:
    """Write down by when the customer hears from the desk again (a locked ticket)."""
    changes = {"until": until.isoformat()}
    return record(ticket, EventType.UPDATE_PROMISED, actor=actor, changes=changes)

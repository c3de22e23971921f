"""What every change of a ticket has in common: lock, save with a new version, record, announce."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.utils import timezone

from accounts.models import User
from tickets import signals
from tickets.choices import SCHEDULED_STATUSES, WAKING_EVENTS, EventType, Status
from tickets.models import Comment, Ticket, TicketEvent, TicketSnooze
from tickets.permissions import can_work

SIGNALS: dict[EventType, Signal] = {
    EventType.CREATED: signals.ticket_created,
    EventType.ASSIGNED: signals.ticket_assigned,
    EventType.UNASSIGNED: signals.ticket_unassigned,
    EventType.TEAM_CHANGED: signals.ticket_team_changed,
    EventType.CATEGORY_CHANGED: signals.ticket_category_changed,
    EventType.REPLY_ADDED: signals.reply_added,
    EventType.NOTE_ADDED: signals.note_added,
    EventType.PARTICIPANT_ADDED: signals.participant_added,
    EventType.WATCHER_ADDED: signals.watcher_added,
    EventType.STATUS_CHANGED: signals.status_changed,
    EventType.RESOLVED: signals.ticket_resolved,
    EventType.CLOSED: signals.ticket_closed,
    EventType.REOPENED: signals.ticket_reopened,
    EventType.REPLY_HELD: signals.reply_held,
    EventType.CUSTOMER_REMINDED: signals.customer_reminded,
    EventType.RATED: signals.ticket_rated,
    EventType.CLOSING_ANNOUNCED: signals.closing_announced,
    EventType.REMINDED: signals.staff_reminded,
    EventType.MERGED: signals.ticket_merged,
    EventType.MAIL_BOUNCED: signals.mail_bounced,
    EventType.TARGET_WARNED: signals.target_warned,
    EventType.TARGET_MISSED: signals.target_missed,
}

NOT_YOURS = "This ticket is not assigned to you: take it, or ask for it to be assigned to you."


class EditConflict(Exception):
    """The ticket changed after the writer last saw it; `ticket` is how it stands now."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("The ticket changed after you last saw it. Look at it again, then repeat.")
        self.ticket = ticket


class Merged(PermissionDenied):
    """The ticket goes on as another one; `number` is that one's."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            f"{ticket.ticket_id} was merged into {ticket.merged_into_public_id}: go on there."
        )
        self.number: int = ticket.merged_into_id or ticket.pk


def lock(
    ticket: Ticket, *, actor: User | None, version: int | None = None, merged_too: bool = False
) -> Ticket:
    """Return the ticket as it is now, held until the transaction ends.

    Raises `PermissionDenied` if the actor has lost their account or role meanwhile or the ticket
    was deleted, `EditConflict` if `version` is not the present one, and (unless `merged_too`)
    `Merged` if it goes on as another ticket.
    """
    fresh = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("customer", "technician", "category__parent")
        .get(pk=ticket.pk)
    )
    check_actor(actor)
    if fresh.deleted_at is not None:
        raise PermissionDenied("This ticket was deleted.")
    check_version(fresh, version)
    if fresh.merged_into_id is not None and not merged_too:
        raise Merged(fresh)
    return fresh


def check_version(ticket: Ticket, version: int | None) -> None:
    """Raise `EditConflict` if `version` (None: any) is not the present one of a locked ticket."""
    if version is not None and version != ticket.version:
        raise EditConflict(ticket)


def check_actor(actor: User | None) -> None:
    """Raise `PermissionDenied` unless the actor still has the role that they signed in with."""
    if actor is not None and not User.objects.still_has_role(actor):
        raise PermissionDenied("Your account may not do this any more.")


def allow(allowed: bool, sentence: str) -> None:  # noqa: FBT001
    """Raise `PermissionDenied(sentence)` unless `allowed`."""
    if not allowed:
        raise PermissionDenied(sentence)


def require_work(ticket: Ticket, actor: User | None) -> None:
    """Raise `PermissionDenied` unless the actor works on the ticket (None: the desk itself)."""
    allow(actor is None or can_work(ticket, actor), NOT_YOURS)


def save(ticket: Ticket, *fields: str) -> None:
    """Store the named fields with a new version; a new status starts its schedule afresh."""
    if "status" in fields:
        fields = (*fields, *restart_schedule(ticket))
    ticket.version += 1
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=[*fields, "version", "updated_at"])


def restart_schedule(ticket: Ticket) -> tuple[str, ...]:
    """Forget reminders and what was to come of them; return the names of the changed fields.

    The periodic job looks at the ticket next and finds out what comes when.
    """
    now = timezone.now()
    ticket.waiting_since = now if ticket.status == Status.WAITING else None
    ticket.reminded_at = ticket.confirm_since = None
    ticket.next_step_at = now if ticket.status in SCHEDULED_STATUSES else None
    return ("waiting_since", "reminded_at", "next_step_at", "confirm_since")


def record(
    ticket: Ticket,
    type: EventType,
    *,
    actor: User | None,
    changes: dict[str, Any] | None = None,
    comment: Comment | None = None,
    technician: User | None = None,
) -> TicketEvent:
    """Write what happened and announce it, in the transaction of the change.

    Of a guest it says so: whoever has their mail may have done it.
    """
    if actor is not None and actor.guest_of is not None:
        changes = {**(changes or {}), "guest": True}
    event = TicketEvent(
        ticket=ticket, type=type, actor=actor, comment=comment, technician=technician
    )
    event.changes = changes or {}
    event.save(force_insert=True)
    signals.event_recorded.send(sender=Ticket, event=event)
    if type in WAKING_EVENTS and not (type == EventType.REPLY_ADDED and _by_staff(actor)):
        wake(ticket, actor=None)
    if type in SIGNALS:
        SIGNALS[type].send(sender=Ticket, event=event)
    return event


def _by_staff(actor: User | None) -> bool:
    return actor is None or not actor.is_customer


def wake(ticket: Ticket, *, actor: User | None) -> bool:
    """Bring a locked ticket that rests back into the queues; False where it does not rest."""
    gone, _ = TicketSnooze.objects.filter(ticket=ticket).delete()
    if gone:
        record(ticket, EventType.WOKEN, actor=actor)
    return bool(gone)

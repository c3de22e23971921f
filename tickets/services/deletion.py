"""Deleting a ticket, taking that back, and removing the texts for good after 30 days."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType
from tickets.models import CommentVersion, Ticket, TicketEventDetail
from tickets.permissions import can_delete
from tickets.services.attachments import delete_files
from tickets.services.changes import EditConflict, allow, check_actor, record, save
from tickets.services.sending import forget_unsent

UNDO_DAYS = 30
PURGE_BATCH = 500
# What an event keeps of its detail when the texts go: no word of anybody is in these.
KEPT = ("status", "until", "goes_by")


@transaction.atomic
def delete_ticket(ticket: Ticket, *, actor: User, version: int | None = None) -> bool:
    """Hide the ticket from everybody; for 30 days an admin can restore it. The number is gone.

    Returns False where it was deleted already.
    """
    check_actor(actor)
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    allow(can_delete(ticket, actor), "Only admins delete tickets.")
    if ticket.deleted_at is not None:
        return False
    if version is not None and version != ticket.version:
        raise EditConflict(ticket)
    ticket.deleted_at = timezone.now()
    save(ticket, "deleted_at")
    record(ticket, EventType.DELETED, actor=actor)
    return True


@transaction.atomic
def restore_ticket(ticket: Ticket, *, actor: User) -> Ticket:
    """Take a deletion back; raises `PermissionDenied` when its texts are gone already."""
    check_actor(actor)
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    allow(can_delete(ticket, actor), "Only admins restore tickets.")
    if ticket.deleted_at is None:
        return ticket
    if ticket.events.filter(type=EventType.PURGED).exists():
        raise PermissionDenied(f"Deleted more than {UNDO_DAYS} days ago: the texts are gone.")
    ticket.deleted_at = None
    save(ticket, "deleted_at")
    record(ticket, EventType.RESTORED, actor=actor)
    return ticket


def purge_deleted_tickets() -> int:
    """Remove texts and files of tickets deleted over 30 days ago; their events stay. Count them."""
    before = timezone.now() - timedelta(days=UNDO_DAYS)
    due = Ticket.objects.filter(deleted_at__lt=before).exclude(description="")
    count = 0
    for pk in list(due.order_by("deleted_at").values_list("pk", flat=True)[:PURGE_BATCH]):
        _purge(pk)
        count += 1
    return count


@transaction.atomic
def _purge(pk: int) -> None:
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=pk)
    forget_unsent(ticket)
    details = TicketEventDetail.objects.filter(event__ticket=ticket).select_related("event")
    for detail in details:
        detail.rewrite({key: detail.changes[key] for key in KEPT if key in detail.changes})
    ticket.comments.update(body="")
    CommentVersion.objects.filter(comment__ticket=ticket).delete()
    delete_files(ticket.attachments.all())
    ticket.participants.all().delete()
    ticket.drafts.all().delete()
    ticket.reminders.all().delete()
    ticket.checklist.all().delete()
    ticket.time_entries.update(note="")
    ticket.ratings.update(comment="")
    ticket.subject = ticket.description = ticket.resolution_summary = ticket.category_text = ""
    ticket.raised_from = None
    save(ticket, "subject", "description", "resolution_summary", "category_text", "raised_from")
    record(ticket, EventType.PURGED, actor=None)

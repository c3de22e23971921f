"""The checklist of a ticket."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import EventType
from tickets.models import ChecklistItem, Ticket
from tickets.models.keeping import ITEM_LENGTH
from tickets.permissions import can_note
from tickets.services.changes import allow, lock, record

MOST_ITEMS = 50
NOT_ALLOWED = "The checklist is for those who work on the ticket or watch it."


@transaction.atomic
def add_item(ticket: Ticket, *, text: str, actor: User) -> ChecklistItem:
    """Put one thing to do on the list."""
    ticket = _held(ticket, actor)
    check_text("text", text, max_length=ITEM_LENGTH)
    if ticket.checklist.count() >= MOST_ITEMS:
        raise ValidationError({"text": f"A checklist has at most {MOST_ITEMS} lines."}, "many")
    item = ChecklistItem.objects.create(ticket=ticket, text=" ".join(text.split()))
    _told(ticket, actor, None, f"to do: {item.text}")
    return item


@transaction.atomic
def set_item_done(item: ChecklistItem, *, done: bool, actor: User) -> ChecklistItem:
    """Tick the line off, or open it again; where it is so already, nothing happens."""
    ticket = _held(item.ticket, actor)
    item = ticket.checklist.select_for_update().get(pk=item.pk)
    if item.is_done == done:
        return item
    before = _words(item)
    item.done_at, item.done_by = (timezone.now(), actor) if done else (None, None)
    item.save(update_fields=["done_at", "done_by"])
    _told(ticket, actor, before, _words(item))
    return item


@transaction.atomic
def remove_item(item: ChecklistItem, *, actor: User) -> bool:
    """Take the line off the list; False where it was gone already."""
    ticket = _held(item.ticket, actor)
    gone, _ = ticket.checklist.filter(pk=item.pk).delete()
    if gone:
        _told(ticket, actor, _words(item), None)
    return bool(gone)


def _held(ticket: Ticket, actor: User) -> Ticket:
    ticket = lock(ticket, actor=actor)
    allow(can_note(ticket, actor), NOT_ALLOWED)
    return ticket


def _words(item: ChecklistItem) -> str:
    return f"{'done' if item.is_done else 'to do'}: {item.text}"


def _told(ticket: Ticket, actor: User, before: str | None, after: str | None) -> None:
    record(ticket, EventType.CHECKLIST_CHANGED, actor=actor, changes={"checklist": [before, after]})

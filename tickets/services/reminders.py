"""What people at the desk want to be reminded of."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import EventType
from tickets.models import Ticket, TicketReminder
from tickets.models.keeping import REMINDER_LENGTH
from tickets.permissions import can_view, can_watch
from tickets.services.changes import allow, lock, record

BATCH = 200
MOST_REMINDERS = 20
FARTHEST = timedelta(days=100 * 366)


@transaction.atomic
def set_reminder(ticket: Ticket, *, at: datetime, note: str = "", actor: User) -> TicketReminder:
    """Remind `actor` of the ticket at a moment that is still to come."""
    ticket = lock(ticket, actor=actor)
    allow(can_watch(ticket, actor), "You can be reminded of tickets that you see.")
    check_text("note", note, max_length=REMINDER_LENGTH, required=False)
    now = timezone.now()
    if not now < at < now + FARTHEST:
        raise ValidationError({"at": "Choose a moment that is still to come."}, code="past")
    if ticket.reminders.filter(user=actor).count() >= MOST_REMINDERS:
        raise ValidationError({"at": f"At most {MOST_REMINDERS} for one ticket. Remove one first."})
    return TicketReminder.objects.create(ticket=ticket, user=actor, at=at, note=note.strip())


def drop_reminder(reminder: TicketReminder, *, actor: User) -> bool:
    """Have done with a reminder of one's own; False where it was gone already."""
    allow(reminder.user_id == actor.pk, "This reminder is a colleague's.")
    return bool(TicketReminder.objects.filter(pk=reminder.pk, user=actor).delete()[0])


def tell_due_reminders(now: datetime | None = None) -> int:
    """Say the reminders whose moment has come, each once; return how many."""
    moment = now or timezone.now()
    due = TicketReminder.objects.filter(told_at__isnull=True, at__lte=moment).order_by("at")
    return sum(_tell(pk, moment) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _tell(pk: int, now: datetime) -> bool:
    skips = connection.features.has_select_for_update_skip_locked
    rows = TicketReminder.objects.select_for_update(skip_locked=skips, of=("self",))
    rows = rows.select_related("ticket", "user")
    reminder = rows.filter(pk=pk, told_at__isnull=True).first()
    if reminder is None:
        return False
    if reminder.user.is_customer or not can_view(reminder.ticket, reminder.user):
        reminder.delete()  # given away or deleted meanwhile: no business of theirs any more
        return False
    reminder.told_at = now
    reminder.save(update_fields=["told_at"])
    record(
        reminder.ticket,
        EventType.REMINDED,
        actor=None,
        technician=reminder.user,
        changes={"reminder": reminder.pk},
    )
    return True

"""Minutes spent on tickets, where the desk wants to know (an option of its settings)."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.text import check_text
from tickets.choices import EventType
from tickets.models import DeskSettings, Ticket, TimeEntry
from tickets.models.keeping import TIME_NOTE_LENGTH
from tickets.permissions import can_note
from tickets.services.changes import allow, lock, record

MOST_MINUTES = 24 * 60


@transaction.atomic
def log_time(ticket: Ticket, *, minutes: int, note: str = "", actor: User) -> TimeEntry:
    """Write down minutes that `actor` spent on the ticket."""
    ticket = lock(ticket, actor=actor)
    allow(can_note(ticket, actor), "Time is for those who work on the ticket or watch it.")
    allow(DeskSettings.load().track_time, "This desk does not write down time spent.")
    if not 0 < minutes <= MOST_MINUTES:
        raise ValidationError({"minutes": f"Use a number from 1 to {MOST_MINUTES}."}, "minutes")
    check_text("note", note, max_length=TIME_NOTE_LENGTH, required=False)
    entry = TimeEntry.objects.create(ticket=ticket, user=actor, minutes=minutes, note=note.strip())
    record(ticket, EventType.TIME_LOGGED, actor=actor, changes={"minutes": [None, minutes]})
    return entry


@transaction.atomic
def remove_time(entry: TimeEntry, *, actor: User) -> bool:
    """Take back minutes of one's own (admins: anybody's); False where they were gone already."""
    ticket = lock(entry.ticket, actor=actor)
    own = entry.user_id == actor.pk and can_note(ticket, actor)
    allow(own or actor.is_admin, "You can take back only your own minutes.")
    gone, _ = TimeEntry.objects.filter(pk=entry.pk).delete()
    if gone:
        record(
            ticket, EventType.TIME_LOGGED, actor=actor, changes={"minutes": [entry.minutes, None]}
        )
    return bool(gone)

"""What the demo desk has written down beside its tickets: notes about customers, reminders."""

from datetime import timedelta

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from operations.demo.people import SIGN_INS
from tickets.choices import OPEN_STATUSES
from tickets.models import CustomerNote, Ticket, TicketReminder

NOTES = (
    "Works early, best reached before 10:00.",
    "Prefers the phone. Speaks for the whole front office.",
    "Has a second account for the ticket machine in the hall.",
    "Leaves for parental leave in spring; Robin takes over.",
)
REMINDERS = (
    (timedelta(hours=3), "Ask whether the new cable has arrived"),
    (timedelta(hours=20), "Ring back"),
)


def write_notes() -> None:
    """Let the technician whose sign-in is published know some customers, and have reminders."""
    known = [one.user_id_or_email for one in SIGN_INS if one.role == Role.TECHNICIAN]
    technician = User.objects.filter(user_id__in=known).first()
    if technician is None:
        return
    own = Ticket.objects.present().filter(technician=technician)
    people = list(dict.fromkeys(own.order_by("-number").values_list("customer", flat=True)[:20]))
    CustomerNote.objects.bulk_create(
        CustomerNote(customer_id=person, author=technician, body=body)
        for person, body in zip(people, NOTES, strict=False)
    )
    now = timezone.now()
    waiting = own.filter(status__in=OPEN_STATUSES).order_by("-number")[: len(REMINDERS)]
    TicketReminder.objects.bulk_create(
        TicketReminder(ticket=ticket, user=technician, at=now + delay, note=note)
        for ticket, (delay, note) in zip(waiting, REMINDERS, strict=False)
    )

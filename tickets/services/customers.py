"""What the desk writes down about customers."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.services.events import record
from accounts.text import check_text
from tickets.customers import customers_known_to
from tickets.models import CustomerNote
from tickets.models.customer import CUSTOMER_NOTE_LENGTH
from tickets.services.changes import allow, check_actor

MOST_NOTES = 200


@transaction.atomic
def add_customer_note(customer: User, *, body: str, actor: User) -> CustomerNote:
    """Write a note about the customer, for staff only."""
    customer = User.objects.held(customer)
    check_actor(actor)
    known = customers_known_to(actor).filter(pk=customer.pk).exists()
    allow(known, "You write about customers whose tickets you see.")
    check_text("body", body, max_length=CUSTOMER_NOTE_LENGTH)
    if customer.desk_notes.count() >= MOST_NOTES:
        raise ValidationError({"body": f"At most {MOST_NOTES} notes. Remove an old one first."})
    note = CustomerNote.objects.create(customer=customer, author=actor, body=body)
    record(customer, AccountEventType.NOTED, actor=actor)
    return note


@transaction.atomic
def remove_customer_note(note: CustomerNote, *, actor: User) -> bool:
    """Remove a note of one's own (admins: anybody's); False where it was gone already."""
    check_actor(actor)
    allow(actor.is_admin or note.author_id == actor.pk, "You can remove only your own notes.")
    gone, _ = CustomerNote.objects.filter(pk=note.pk).delete()
    if gone:
        record(note.customer, AccountEventType.NOTE_REMOVED, actor=actor)
    return bool(gone)

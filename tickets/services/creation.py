"""Raising a ticket."""

import uuid
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.compiled import insert
from accounts.facts import origin
from accounts.models import User
from accounts.numbers import next_number
from accounts.text import check_text
from tickets.choices import RAISED_BY_CUSTOMER, Channel, EventType, Priority
from tickets.models import Attachment, Category, Ticket
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH, TICKET_PREFIX
from tickets.services.attachments import attach
from tickets.services.changes import allow, check_actor, record
from tickets.services.follow_ups import check_former

SUBJECT_FROM_TEXT = 80


@transaction.atomic
def create_ticket(
    *,
    customer: User,
    actor: User,
    description: str,
    subject: str = "",
    category: Category | None = None,
    category_text: str = "",
    priority: Priority = Priority.NORMAL,
    channel: Channel = Channel.PORTAL,
    attachments: Sequence[Attachment] = (),
    submission_key: uuid.UUID | None = None,
    follow_up_of: Ticket | None = None,
) -> Ticket:
    """Raise a ticket for `customer` and take the next `TKT` number for it.

    Without a subject the first words of the description are it. `category_text` is what an API
    client called the category, kept where it is not the category's own name. A `submission_key`
    that this customer has used already returns its ticket. `follow_up_of` is a finished ticket
    of the same customer, which goes on in this one. `attachments` are fresh uploads of the actor.
    """
    allow(actor.pk == customer.pk or not actor.is_customer, "You can raise only your own tickets.")
    writer = actor  # whose fresh uploads they are
    customer = _going_on(customer, alone=submission_key is not None)
    actor = customer if actor.is_customer else actor
    check_actor(actor)
    _check_new(customer, subject, description, category_text, category)
    if actor.pk != customer.pk and channel in RAISED_BY_CUSTOMER:
        channel = Channel.STAFF
    if submission_key and (known := _submitted(customer, submission_key)):
        return known
    ticket = Ticket(
        subject=subject.strip() or subject_from(description),
        description=description,
        category=category,
        category_text=category_text,
        customer=customer,
        priority=priority,
        channel=channel,
        submission_key=submission_key,
        raised_from=origin.get().address or None,
        follow_up_of=follow_up_of and check_former(follow_up_of, customer),
    )
    _store(ticket)
    attach(attachments, actor=writer, ticket=ticket, comment=None)
    record(ticket, EventType.CREATED, actor=actor)
    if ticket.follow_up_of:
        _note_follow_up(ticket, ticket.follow_up_of, actor)
    return ticket


def _check_new(
    customer: User, subject: str, description: str, category_text: str, category: Category | None
) -> None:
    """Raise `ValidationError` by field for what can't be stored."""
    check_text("issue_description", description, max_length=TEXT_LENGTH)
    check_text("subject", subject, max_length=SUBJECT_LENGTH, required=False)
    check_text("issue_category", category_text, max_length=CATEGORY_LENGTH, required=not category)
    if not customer.is_customer:
        raise ValidationError({"customer": "Tickets are raised for customers only."})


def _store(ticket: Ticket) -> None:
    """Give the ticket its number and store it.

    Late in the transaction: the counter's row is locked from here to the commit.
    """
    ticket.number = next_number(TICKET_PREFIX, highest_in_use=highest_number)
    insert([ticket])


def _note_follow_up(ticket: Ticket, former: Ticket, actor: User) -> None:
    """Write on both tickets that one goes on as the other."""
    goes_on, follows = {"follow_up": ticket.ticket_id}, {"follow_up_of": former.ticket_id}
    record(former, EventType.FOLLOWED_UP, actor=actor, changes=goes_on)
    record(ticket, EventType.FOLLOWED_UP, actor=actor, changes=follows)


def _going_on(customer: User, *, alone: bool) -> User:
    """Return as whom the customer goes on, until the commit; `alone`: one at a time.

    Whoever was merged at this moment has raised the ticket as the one that they are now.
    """
    if not alone:
        return User.objects.held(customer)
    held = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=customer.pk)
    return _going_on(held.merged_into, alone=True) if held.merged_into else customer


def _submitted(customer: User, key: uuid.UUID) -> Ticket | None:
    """Return the ticket that `key` made; `_going_on` lets one in at a time for each customer."""
    return Ticket.objects.filter(customer=customer, submission_key=key).first()


def subject_from(description: str) -> str:
    """Return the first line of the text, cut at a word after some 80 characters."""
    line = description.strip().splitlines()[0].strip()
    if len(line) <= SUBJECT_FROM_TEXT:
        return line
    cut = line[:SUBJECT_FROM_TEXT].rsplit(" ", 1)[0]
    return f"{cut.rstrip(' ,.;:')}…"


def highest_number() -> int:
    """Return the highest ticket number in use, 0 for none."""
    return Ticket.objects.aggregate(highest=Max("number"))["highest"] or 0

"""Letting one message of a ticket go on in a ticket of its own."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from tickets.choices import Channel, EventType, Priority, RelationKind, Visibility
from tickets.models import Comment, Ticket, TicketRelation
from tickets.services.assignment import give
from tickets.services.changes import lock, record, require_work
from tickets.services.creation import create_ticket


@transaction.atomic
def split_message(ticket: Ticket, *, comment: Comment, actor: User, subject: str = "") -> Ticket:
    """Raise a new ticket, for the customer who wrote it, with the words of a message.

    The message stays where it was said: what was answered to it and what mails quoted of it would
    make no sense without it, and the history is not rewritten. Each ticket leads to the other.
    The new one has the category, the priority and (where the old one is open) the technician of
    the old one. To take it back, merge the new ticket into the old one.
    """
    # Before the ticket: who merges its author holds them first, and then their tickets.
    User.objects.held(comment.author)
    ticket = lock(ticket, actor=actor)
    require_work(ticket, actor)
    comment = _splittable(ticket, comment)
    new = create_ticket(
        customer=comment.author,
        actor=actor,
        description=comment.body,
        subject=subject,
        category=ticket.category,
        category_text=ticket.category_text or ("" if ticket.category else "Other"),
        priority=Priority(ticket.priority),
        channel=Channel.STAFF,
    )
    if ticket.technician is not None and ticket.is_open:
        new = give(new, ticket.technician, actor=actor)
    TicketRelation.objects.create(
        kind=RelationKind.SPLIT_FROM,
        from_ticket=new,
        to_ticket=ticket,
        comment=comment,
        created_by=actor,
    )
    record(ticket, EventType.SPLIT, actor=actor, changes={"split_into": [None, new.ticket_id]})
    record(new, EventType.SPLIT, actor=actor, changes={"split_from": [None, ticket.ticket_id]})
    return new


def _splittable(ticket: Ticket, comment: Comment) -> Comment:
    """Return the message afresh; raises `ValidationError` for what is no customer's message here.

    A note would become public, and a colleague's words would stand there as the customer's.
    """
    messages = Comment.objects.select_related("author").filter(
        ticket__in=ticket.family(), visibility=Visibility.PUBLIC, withdrawn_at__isnull=True
    )
    found = messages.filter(pk=comment.pk).first()
    if found is None or not found.author.is_customer:
        raise ValidationError(
            {"message": "Only what a customer wrote on this ticket can go on in a new one."}
        )
    known = found.continuations.filter(
        from_ticket__deleted_at__isnull=True, from_ticket__merged_into__isnull=True
    )
    if (relation := known.select_related("from_ticket").first()) is not None:
        number = relation.from_ticket.ticket_id
        raise ValidationError({"message": f"This message goes on in {number} already."}, "split")
    return found

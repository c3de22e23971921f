"""Saying what tickets are to each other, and taking that back."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.models import User
from tickets.choices import ACYCLIC_KINDS, SAID_WORDS, EventType, LinkWord, RelationKind
from tickets.models import Ticket, TicketRelation
from tickets.permissions import can_link
from tickets.services.changes import allow, record
from tickets.services.several import lock_all, refuse_deleted, refuse_merged

NOT_ALLOWED = "You can link a ticket that you work on with one that you can see."


@transaction.atomic
def link_tickets(ticket: Ticket, *, other: Ticket, word: str, actor: User) -> TicketRelation:
    """Say that `ticket` is, to `other`, what `word` (a `LinkWord`) says; twice is once.

    No change of either ticket's version: nobody's reply depends on it.
    """
    said = _word(word)
    if ticket.pk == other.pk:
        raise ValidationError({"ticket_id": "A ticket can't be linked with itself."}, code="self")
    _one_at_a_time()
    held = lock_all([ticket.pk, other.pk], actor=actor)
    ticket, other = held[ticket.pk], held[other.pk]
    refuse_deleted(ticket, other)
    refuse_merged(ticket, other)
    allow(can_link(ticket, other, actor), NOT_ALLOWED)
    start, end = (other, ticket) if said.is_turned else (ticket, other)
    if said.kind == RelationKind.RELATED and start.pk > end.pk:
        start, end = end, start
    known = TicketRelation.objects.filter(kind=said.kind, from_ticket=start, to_ticket=end).first()
    if known is not None:
        return known
    _check_circle(said.kind, start, end)
    relation = TicketRelation.objects.create(
        kind=said.kind, from_ticket=start, to_ticket=end, created_by=actor
    )
    _record_both(EventType.LINKED, ticket, other, said, actor)
    return relation


@transaction.atomic
def unlink_tickets(ticket: Ticket, *, relation: TicketRelation, actor: User) -> None:
    """Take a link of the ticket back; one that is gone already is none of anybody's trouble."""
    if relation.kind == RelationKind.SPLIT_FROM:
        raise ValidationError({"relation": "This says where a message went, and stays."}, "split")
    held = lock_all([relation.from_ticket_id, relation.to_ticket_id], actor=actor)
    other = held[relation.other_end(ticket.pk)]
    ticket = held[ticket.pk]
    refuse_deleted(ticket, other)
    allow(can_link(ticket, other, actor), NOT_ALLOWED)
    gone, _ = TicketRelation.objects.filter(pk=relation.pk).delete()
    if gone:
        _record_both(EventType.UNLINKED, ticket, other, relation.word_from(ticket.pk), actor)


def _word(word: str) -> LinkWord:
    if word not in SAID_WORDS:
        raise ValidationError({"link": f"Use one of: {', '.join(SAID_WORDS)}."})
    return LinkWord(word)


def _one_at_a_time() -> None:
    """Let nobody else add a link until the transaction ends.

    Four tickets could be made a circle by two people, each of whom holds other tickets than the
    other. On SQLite there is one writer at a time in any case.
    """
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(TicketRelation._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _check_circle(kind: str, start: Ticket, end: Ticket) -> None:
    """Raise `ValidationError` if `end` leads back to `start` along relations of this kind."""
    if kind not in ACYCLIC_KINDS:
        return
    seen, found = set[int](), {end.pk}
    while found:
        if start.pk in found:
            sentence = f"That would be a circle: {end.ticket_id} leads back to {start.ticket_id}."
            raise ValidationError({"ticket_id": sentence}, code="circle")
        seen |= found
        steps = TicketRelation.objects.filter(kind=kind, from_ticket__in=found)
        found = set(steps.values_list("to_ticket", flat=True)) - seen


def _record_both(
    type: EventType, ticket: Ticket, other: Ticket, word: LinkWord, actor: User
) -> None:
    for one, another, said in ((ticket, other, word), (other, ticket, word.turned)):
        text = f"{said.label.lower()} {another.ticket_id}"
        link = [None, text] if type == EventType.LINKED else [text, None]
        record(one, type, actor=actor, changes={"link": link})

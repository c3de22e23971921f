"""What a ticket's pages show beside its conversation."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from accounts.models import User
from tickets.choices import FoundIn, LinkWord, RelationKind, Visibility
from tickets.models import Comment, MailOrigin, Ticket, TicketEvent, TicketMerge, TicketRelation
from tickets.search import Parts, excerpt, marked
from tickets.search_messages import files_having, messages_having
from tickets.search_terms import forms_of, words_of


@dataclass(frozen=True)
class Link:
    """A relation as the reader's ticket sees it; `id` is the relation's."""

    id: int
    word: LinkWord
    ticket: Ticket
    comment: int | None = None  # the message that goes on in the other ticket

    @property
    def is_removable(self) -> bool:
        return self.word.kind != RelationKind.SPLIT_FROM


def links_of(ticket: Ticket, reader: User) -> list[Link]:
    """Return the ticket's links to those tickets that `reader` may see, by word, then by age."""
    return _links(ticket, reader, TicketRelation.objects.touching([ticket.pk]))


def continuations_of(ticket: Ticket, reader: User) -> list[Link]:
    """Return the tickets, of those that `reader` may see, in which messages of this one go on."""
    return _links(ticket, reader, ticket.relations_in.filter(kind=RelationKind.SPLIT_FROM))


def _links(ticket: Ticket, reader: User, relations: QuerySet[TicketRelation]) -> list[Link]:
    rows = list(relations)
    if not rows:
        return []
    ends = {row.other_end(ticket.pk) for row in rows}
    seen = Ticket.objects.visible_to(reader).for_list().in_bulk(list(ends))
    links = [
        Link(row.pk, row.word_from(ticket.pk), seen[row.other_end(ticket.pk)], row.comment_id)
        for row in rows
        if row.other_end(ticket.pk) in seen
    ]
    order = list(LinkWord)
    return sorted(links, key=lambda link: (order.index(link.word), link.id))


def mail_origins(
    ticket: Ticket, events: Iterable[TicketEvent], reader: User
) -> dict[tuple[str, int], MailOrigin]:
    """Return the mails that the description and the messages of `events` arrived as.

    By ("comment", its id) and ("ticket", its number). Staff get all, customers their own: what a
    mail repeats may have been written to one person only.
    """
    comments = [event.comment_id for event in events if event.comment_id]
    shown = Q(comment__in=comments) | Q(comment=None, ticket__in=ticket.family())
    rows = MailOrigin.objects.filter(shown)
    if reader.is_customer:
        rows = rows.filter(Q(sender=reader) | Q(sender__merged_into=reader))
    return {
        ("comment", row.comment_id) if row.comment_id else ("ticket", row.ticket_id): row
        for row in rows
    }


def find_or_follow(tickets: QuerySet[Ticket], number: int, reader: User) -> Ticket | None:
    """Return that one of `tickets`, or where it goes on since it was merged if `reader` sees that.

    `tickets` are such as the reader may see; whoever may read where a ticket goes on is led there
    from its old number, also where they could not see the ticket itself.
    """
    ticket = tickets.filter(pk=number).first()
    if ticket is not None and ticket.merged_into_id is None:
        return ticket
    merged = Ticket.objects.present().filter(pk=number, merged_into__isnull=False)
    target = merged.values_list("merged_into", flat=True).first()
    if target is None:
        return ticket
    return Ticket.objects.visible_to(reader).for_detail().filter(pk=target).first() or ticket


def merged_words(ticket_id: str) -> str:
    """Return what somebody reads who came by the number of a merged ticket."""
    return f"{ticket_id} goes on here: it was merged into this ticket."


def merges_into(ticket: Ticket) -> list[TicketMerge]:
    """Return the merges that can be undone here, with the tickets that they brought."""
    if not ticket.has_merged:
        return []
    return list(ticket.merges_in.standing().select_related("source").order_by("id"))


# Of a text so much is looked at for the words that were searched.
LOOKED_AT = 5_000
# Of so many of the newest messages of a page's tickets.
MOST_TEXTS = 300
# Which place is named first: one that has all the words, or (below) one that has some of them.
ALL_WORDS = {
    FoundIn.DESCRIPTION: 0,
    FoundIn.MESSAGE: 1,
    FoundIn.NOTE: 1,
    FoundIn.FILE: 2,
    FoundIn.SUBJECT: 3,
    FoundIn.CUSTOMER: 4,
}
SOME_WORDS = {FoundIn.DESCRIPTION: 5, FoundIn.SUBJECT: 6}


@dataclass(frozen=True)
class Found:
    """Where a ticket has the words of a search: the place, and some of its text in parts."""

    place: FoundIn
    parts: Parts


def say_where_found(tickets: Iterable[Ticket], typed: str, *, reader: User) -> None:
    """Let each ticket of a page say where it has the words of a search, as `ticket.found`."""
    rows = {ticket.pk: ticket for ticket in tickets}
    found = where_found(rows, typed, reader=reader)
    for number, ticket in rows.items():
        ticket.found = found.get(number)  # type: ignore[attr-defined]


def where_found(numbers: Iterable[int], typed: str, *, reader: User) -> dict[int, Found]:
    """Return where tickets that `reader` sees have the words of a search, by their numbers.

    The description is named before the newest message, a file's name, the subject and (to staff)
    the customer's name; a ticket is left out where no text that `reader` may read has the words.
    The parts are texts as people wrote them (`tickets.search.excerpt`). One query for all of them,
    and none for an empty search.
    """
    words, listed = words_of(typed), list(numbers)
    found: dict[int, Found] = {}
    if not words or not listed:
        return found
    for number, place, text in _texts_with(words, listed, reader):
        if number not in found and (parts := _parts(place, text, typed)):
            found[number] = Found(FoundIn(place), parts)
    return found


def _parts(place: str, text: str, typed: str) -> Parts:
    """Return what is shown of a hit: a subject as a whole, of other texts an excerpt."""
    parts = excerpt(text, typed)
    return marked(text, typed) if parts and place == FoundIn.SUBJECT else parts


def _texts_with(words: list[str], numbers: list[int], reader: User) -> list[tuple[int, str, str]]:
    """Return tickets' numbers with texts that may have the words, the likeliest place first."""
    note, message = Value(FoundIn.NOTE.value), Value(FoundIn.MESSAGE.value)
    kind = Case(When(visibility=Visibility.INTERNAL, then=note), default=message)
    own = Ticket.objects.filter(pk__in=numbers).order_by()
    having = messages_having(words, reader=reader, using=own.db).filter(ticket__in=numbers)
    newest = having.order_by((F("id") + 0).desc()).values("pk")[:MOST_TEXTS]
    said = Comment.objects.filter(pk__in=newest).order_by()
    files = files_having(words, reader=reader, using=own.db).filter(ticket__in=numbers)
    places = {FoundIn.DESCRIPTION: "description", FoundIn.SUBJECT: "subject"}
    if not reader.is_customer:
        places[FoundIn.CUSTOMER] = "customer__name"
    first, *more = (
        own.values_list("pk", Value(0), Value(place.value), _beginning(column))
        for place, column in places.items()
    )
    rows = first.union(
        *more,
        said.values_list("ticket", "pk", kind, _beginning("body")),
        files.values_list("ticket", Value(-1), Value(FoundIn.FILE.value), _beginning("name")),
        all=True,
    )
    ranked = [
        (_rank(place, text, words), -key, number, place, text) for number, key, place, text in rows
    ]
    return [(number, place, text) for *_, number, place, text in sorted(ranked)]


def _rank(place: str, text: str, words: list[str]) -> int:
    """Return how early a text is asked for an excerpt."""
    found = FoundIn(place)
    text = text.lower()
    has_all = all(any(form.text.lower() in text for form in forms) for forms in forms_of(words))
    return ALL_WORDS[found] if has_all else SOME_WORDS.get(found, ALL_WORDS[found])


def _beginning(column: str) -> Substr:
    return Substr(column, 1, LOOKED_AT)

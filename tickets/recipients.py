"""Who gets a message: one answer for the mails and for what a writer is shown before sending."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from tickets.choices import Visibility
from tickets.models import Ticket, TicketParticipant
from tickets.permissions import can_remove_participant


class Why(StrEnum):
    """What somebody is to a ticket."""

    REQUESTER = "requester"
    CC = "cc"
    TECHNICIAN = "technician"
    WATCHER = "watcher"


@dataclass(frozen=True)
class Recipient:
    """A person who gets a message, and why; `name` is what customers may read."""

    user: User
    why: Why
    name: str

    @property
    def is_customer(self) -> bool:
        return self.why in (Why.REQUESTER, Why.CC)


@dataclass(frozen=True)
class Follower:
    """A customer who follows a ticket, as one reader may see them."""

    pk: int
    name: str
    email: str
    is_reader: bool
    can_remove: bool


def following(ticket: Ticket) -> list[TicketParticipant]:
    """Return all who follow the ticket, with the people, in the order in which they came."""
    return list(ticket.participants.with_people())


def customers_following(
    ticket: Ticket, reader: User, rows: Iterable[TicketParticipant]
) -> list[Follower]:
    """Return the Cc among `rows` for `reader`: a customer reads names only, and own additions."""
    return [
        _as_seen_by(reader, row, ticket)
        for row in rows
        if not row.is_watcher and row.user.is_customer and row.user.deleted_at is None
    ]


def _as_seen_by(reader: User, row: TicketParticipant, ticket: Ticket) -> Follower:
    knows = not reader.is_customer or reader.pk in (row.added_by_id, row.user_id)
    name = row.shown_name if reader.is_customer else row.user.name
    if reader.pk == row.user_id:
        name = row.user.name
    elif knows and not row.name:
        name = name if not reader.is_customer else row.user.email
    return Follower(
        pk=row.pk,
        name=name,
        email=row.user.email if knows else "",
        is_reader=reader.pk == row.user_id,
        can_remove=can_remove_participant(ticket, row, reader),
    )


def recipients_of(
    ticket: Ticket,
    *,
    visibility: str = Visibility.PUBLIC,
    author: User | None,
    rows: Iterable[TicketParticipant] | None = None,
) -> list[Recipient]:
    """Return who is told of a message by `author`: each person once, never the author.

    A public one goes to the requester, the Cc, the technician and the watchers; an internal note
    to the technician and the watchers. Left out: who has muted the ticket or has left. Each gets a
    mail alone. One query, where customer and technician are loaded; none with `rows`, what
    `following` said.
    """
    seen = {author.pk} if author else set()
    found = []
    for recipient in _everybody(ticket, following(ticket) if rows is None else rows):
        user = recipient.user
        if visibility == Visibility.INTERNAL and (recipient.is_customer or user.is_customer):
            continue
        if user.pk not in seen and user.is_active and user.deleted_at is None:
            seen.add(user.pk)
            found.append(recipient)
    return found


def follower(ticket: Ticket, user: User) -> TicketParticipant | None:
    """Return how `user` follows the ticket; None for its requester and its technician.

    Those two are told whatever they have muted as followers.
    """
    if user.pk in (ticket.customer_id, ticket.technician_id):
        return None
    return ticket.participants.filter(user=user).first()


def customers_among(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Return those of the public conversation: all that a customer may know of."""
    return [recipient for recipient in recipients if recipient.is_customer]


def staff_among(recipients: Iterable[Recipient]) -> list[Recipient]:
    return [recipient for recipient in recipients if not recipient.is_customer]


def _everybody(ticket: Ticket, rows: Iterable[TicketParticipant]) -> Iterator[Recipient]:
    """Yield requester, Cc, technician, watchers; a person may come twice."""
    told = [row for row in rows if not row.muted]
    yield Recipient(ticket.customer, Why.REQUESTER, ticket.customer.name)
    for person in told:
        if not person.is_watcher and person.user.is_customer:
            yield Recipient(person.user, Why.CC, person.shown_name)
    if ticket.technician is not None:
        yield Recipient(ticket.technician, Why.TECHNICIAN, ticket.technician.name)
    for person in told:
        if person.is_watcher and not person.user.is_customer:
            yield Recipient(person.user, Why.WATCHER, person.user.name)

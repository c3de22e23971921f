"""Mails to those who follow a ticket: customers in its conversation, colleagues who watch."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.choices import STAFF_ROLES
from accounts.models import User
from notifications.messages.base import NotWanted, Words
from notifications.messages.parts import (
    by_customer,
    ending,
    ends,
    facts,
    linked,
    public_files,
    public_text,
)
from notifications.messages.tickets import TicketMessage
from tickets.choices import EventType, Status, Visibility
from tickets.mentions import mentioned_in
from tickets.models import TicketEvent, TicketReminder
from tickets.recipients import Why, customers_among, recipients_of, staff_among


class ParticipantAdded(TicketMessage):
    """For a customer whom somebody added."""

    name = "participant_added"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        if event.changes.get("again"):
            return []
        # Asked under the ticket's lock: the newest is the one that the event is about.
        newest = event.ticket.participants.cc().with_people().last()
        return [newest.user] if newest else []


class WatcherAdded(TicketMessage):
    """For a colleague whom somebody else let watch; who is mentioned in a note gets that."""

    name = "watcher_added"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        mentioned = event.changes.get("mentioned")
        return [event.technician] if event.technician and not mentioned else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        return super().words(event, recipient, trusted=trusted) | facts(event.ticket)


class FollowUpReminder(TicketMessage):
    """For somebody at the desk: what they wanted to be reminded of."""

    name = "follow_up_reminder"
    optional = _("A reminder of a ticket that I have set myself")
    roles = frozenset(STAFF_ROLES)

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.technician] if event.technician else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        reminder = TicketReminder.objects.filter(pk=event.changes["reminder"]).first()
        if reminder is None:
            raise NotWanted("It is done already")
        words = super().words(event, recipient, trusted=trusted) | facts(event.ticket)
        return words | {"text": reminder.note}


class FollowedReply(TicketMessage):
    """A public reply, for customers who take part; the requester has a mail for the desk's."""

    name = "followed_reply"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [] if ends(event) else customers_told(event)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        return words | (said(event, recipient) if trusted else {"text": ""})


class FollowedTicketEnded(TicketMessage):
    """For the Cc: the ticket is resolved or closed, with the reply of the same step."""

    name = "followed_ticket_ended"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return followers_told(event)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        end: Words = ending(event, recipient) if trusted else {"summary": "", "text": ""}
        return words | end | {"is_resolved": event.type == EventType.RESOLVED}


class FollowedTicketReopened(TicketMessage):
    """For customers who take part; the requester has a mail for what the desk reopens."""

    name = "followed_ticket_reopened"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return customers_told(event)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        return words | (said(event, recipient) if trusted else {"text": ""})


class ReplyFromColleague(TicketMessage):
    """For the technician and the watchers: somebody else at the desk answered the customer."""

    name = "reply_from_colleague"
    optional = _("A colleague replies on a ticket of mine, or on one that I watch")
    roles = frozenset(STAFF_ROLES)

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        told = recipients_of(event.ticket, author=event.actor)
        silent = ends(event) or by_customer(event)
        return [] if silent else [recipient.user for recipient in staff_among(told)]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        waits = event.changes.get("then_status") == Status.WAITING
        return words | facts(event.ticket) | said(event, recipient) | {"waits": waits}


class NoteFromColleague(TicketMessage):
    """For the technician and the watchers: an internal note."""

    name = "note_from_colleague"
    answered_by_note = True
    optional = _("A colleague writes a note on a ticket of mine, or on one that I watch")
    roles = frozenset(STAFF_ROLES)

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        told = recipients_of(event.ticket, visibility=Visibility.INTERNAL, author=event.actor)
        mentioned = mentioned_people(event)
        return [recipient.user for recipient in told if recipient.user not in mentioned]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted) | facts(event.ticket)
        # Whoever has become a customer since the note was written reads no notes.
        note = event.comment
        if recipient.role not in STAFF_ROLES or note is None or note.withdrawn_at:
            return words | {"text": ""}
        return words | {
            "text": note.body,
            "files": linked(note.attachments.all(), event, recipient),
        }


class MentionedInNote(NoteFromColleague, TicketMessage):
    """For a colleague whom an internal note mentions, instead of the mail about any note."""

    name = "mentioned"
    optional = _("A colleague mentions me in a note")

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return mentioned_people(event)


def said(event: TicketEvent, recipient: User) -> Words:
    """Return the text and the files that everybody on the ticket may read."""
    return {"text": public_text(event), **public_files(event, recipient)}


def mentioned_people(event: TicketEvent) -> list[User]:
    """Return whom the note mentions and who wants a mail about that."""
    named = mentioned_in(event.comment.body).people if event.comment else []
    if not named:
        return []
    silent = User.objects.filter(pk__in=[p.pk for p in named], muted_messages__message="mentioned")
    without = set(silent.values_list("pk", flat=True))
    return [person for person in named if person.pk not in without]


def customers_told(event: TicketEvent) -> list[User]:
    """Return the customers in the conversation, without the requester where the desk spoke."""
    told = customers_among(recipients_of(event.ticket, author=event.actor))
    spared = None if by_customer(event) else Why.REQUESTER
    return [recipient.user for recipient in told if recipient.why != spared]


def followers_told(event: TicketEvent) -> list[User]:
    """Return the Cc."""
    told = recipients_of(event.ticket, author=event.actor)
    return [recipient.user for recipient in told if recipient.why == Why.CC]

"""Mails about tickets."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import STAFF_ROLES, Role
from accounts.models import User
from accounts.templatetags.desk_ui import single_line
from notifications.messages.base import Message, NotWanted, Words, name_of
from notifications.messages.parts import (
    by_customer,
    by_staff,
    ending,
    ends,
    faces,
    facts,
    guest_link,
    handover_note,
    linked,
    public_files,
    public_text,
    reply_before,
    says_why,
    serving,
    staff_told,
)
from technicians.models import Technician
from tickets.choices import (
    EventType,
    Status,
)
from tickets.models import (
    DeskSettings,
    OutgoingReply,
    TicketEvent,
)
from tickets.permissions import can_be_told, reopen_until
from tickets.schedule import ends_at
from tickets.services import SHOWN_NEWS, in_words, news_since


class TicketMessage(Message):
    """A mail about a ticket."""

    # Whether the recipient must be able to read the ticket when the mail is sent.
    needs_access: ClassVar[bool] = True
    # Whether an answer by mail is an internal note, as what the mail says is.
    answered_by_note: ClassVar[bool] = False

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        raise NotImplementedError

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        """Return what the templates say; without `trusted` no text that anybody chose freely.

        Nobody has proved yet that an unverified address belongs to whoever wrote the texts.
        """
        ticket, actor = event.ticket, event.actor
        path = ticket.get_desk_url()
        if recipient.is_customer:
            path = guest_link(event, recipient) or ticket.get_absolute_url()
        # A customer's name is a text that they chose, too.
        known = trusted or actor is None or not actor.is_customer or actor.pk == recipient.pk
        return {
            "ticket_id": ticket.ticket_id,
            "subject": single_line(ticket.subject) if trusted else "",
            "url": settings.SITE_URL + path,
            "actor": name_of(actor) if known else _("Somebody"),
            "at": event.at,
            "is_yours": recipient.pk in (ticket.customer_id, ticket.technician_id),
        }


class TicketCreated(TicketMessage):
    """The receipt, also for the customer's own doing."""

    name = "ticket_created"
    tells_actor = True

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        ticket = event.ticket
        return super().words(event, recipient, trusted=trusted) | {
            "text": ticket.description if trusted else "",
            "category": single_line(ticket.category_label) if trusted else "",
            "priority": ticket.priority_label,
            "raised_by_staff": event.actor_id != ticket.customer_id,
            **(public_files(event, recipient) if trusted else {}),
        }


class NewTicketInCategory(TicketMessage):
    name = "new_ticket_in_category"
    optional = _("A new ticket in one of my categories")
    roles = frozenset({Role.TECHNICIAN})

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return serving(event.ticket, wanting=self.name)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        return super().words(event, recipient, trusted=trusted) | facts(event.ticket)


class TicketAssigned(TicketMessage):
    name = "ticket_assigned"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.technician] if event.technician else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted) | facts(event.ticket)
        return words | {"note": handover_note(event)}


class TechnicianNamed(TicketMessage):
    name = "technician_named"
    optional = _("Who works on my ticket")
    roles = frozenset({Role.CUSTOMER})

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        technician = {"technician": name_of(event.technician)}
        return super().words(event, recipient, trusted=trusted) | technician


class TeamGotTicket(TicketMessage):
    """For those of the team who are there: a ticket that nobody has came into their queue."""

    name = "team_got_ticket"
    optional = _("A ticket was given to one of my teams")
    roles = frozenset({Role.TECHNICIAN})

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        ticket = event.ticket
        if ticket.team is None or ticket.technician_id is not None:
            return []
        here = Technician.objects.available().values("pk")
        there = User.objects.active().filter(teams=ticket.team_id, pk__in=here)
        return there.exclude(muted_messages__message=self.name).order_by("pk")

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted) | facts(event.ticket)
        team = single_line(event.changes["team"][1] or "")
        return words | {"team": team, "note": handover_note(event)}


class TicketUnassigned(TicketMessage):
    name = "ticket_unassigned"
    needs_access = False  # they had it, and learn nothing that they did not know

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.technician] if event.technician else []


class ReplyFromDesk(TicketMessage):
    """The reply. Where it ended the ticket in the same step, the mail about that end brings it."""

    name = "reply_from_desk"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [] if ends(event) or by_customer(event) else [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        return super().words(event, recipient, trusted=trusted) | {
            "text": public_text(event),
            **public_files(event, recipient),
            "waits_for_you": event.changes.get("then_status") == Status.WAITING,
        }

    def is_letter(self, event: TicketEvent) -> bool:
        return by_staff(event) and bool(public_text(event))


class ReplyFromCustomer(TicketMessage):
    """For the technician and the watchers: the requester wrote, or another customer."""

    name = "reply_from_customer"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return staff_told(event) if by_customer(event) else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        ticket, held = event.ticket, event.changes.get("courtesy", False)
        reopens_at = (
            ends_at(ticket, DeskSettings.load(), event.at) if ticket.confirm_since else None
        )
        return (
            words
            | facts(ticket)
            | {
                "text": public_text(event),
                "reads_like_thanks": held,
                "reopens_at": reopens_at if held else None,
            }
            | public_files(event, recipient)
        )


class ReplyHeld(TicketMessage):
    """For the author: the reply did not go out. It brings their own words and nobody else's."""

    name = "reply_held"
    needs_access = False  # losing the ticket may be the very reason

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.technician] if event.technician else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        held = OutgoingReply.objects.of(recipient).filter(pk=event.changes["outgoing"]).first()
        if held is None or not held.is_held:
            raise NotWanted("The author has dealt with it meanwhile")
        words = super().words(event, recipient, trusted=trusted)
        unsent = settings.SITE_URL + reverse("technicians:unsent")
        files = linked(held.attachments.all(), event, recipient)
        # Who has lost the ticket is not told what goes on there.
        shown = can_be_told(event.ticket, recipient)
        news = news_since(event.ticket, recipient, held.seen_event)[:SHOWN_NEWS] if shown else []
        return words | {
            "news": [(single_line(in_words(new)), new.at) for new in news],
            "reason": held.reason,
            "text": held.body,
            "files": files,
            "unsent_url": unsent,
        }


class WaitingOnCustomer(TicketMessage):
    name = "waiting_on_customer"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        waits = event.changes["status"][1] == Status.WAITING
        return [event.ticket.customer] if waits and reply_before(event) is None else []


class TicketResolved(TicketMessage):
    name = "ticket_resolved"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        closes_at = ends_at(event.ticket, DeskSettings.load(), event.at)
        is_resolved = event.ticket.status == Status.RESOLVED
        words = super().words(event, recipient, trusted=trusted) | ending(event, recipient)
        closes_at = closes_at if is_resolved else None
        return words | {"closes_at": closes_at, "faces": faces(event)}

    def is_letter(self, event: TicketEvent) -> bool:
        return by_staff(event) and says_why(event)


class TicketClosed(TicketMessage):
    name = "ticket_closed"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        until = reopen_until(event.ticket) if event.ticket.is_done else None
        words = super().words(event, recipient, trusted=trusted)
        return words | ending(event, recipient) | {"reopen_until": until, "faces": faces(event)}

    def is_letter(self, event: TicketEvent) -> bool:
        return by_staff(event) and says_why(event)


class TicketEnded(TicketMessage):
    """For the technician and the watchers: accepted, or ended by somebody else."""

    name = "ticket_ended"
    optional = _("My ticket is accepted as solved, or ended by somebody else")
    roles = frozenset(STAFF_ROLES)

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        by_itself = event.actor is None and event.changes["status"][0] == Status.RESOLVED
        return [] if by_itself else staff_told(event)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted) | ending(event, recipient)
        is_resolved = event.type == EventType.RESOLVED
        return words | {"accepted": by_customer(event), "is_resolved": is_resolved}


class TicketReopened(TicketMessage):
    """For the desk: whoever had it, or where that one is gone, whoever can take it; watchers."""

    name = "ticket_reopened"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        told = staff_told(event)
        if event.ticket.technician is None:
            told += [person for person in serving(event.ticket) if person not in told]
        return told

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        words = super().words(event, recipient, trusted=trusted)
        return (
            words
            | facts(event.ticket)
            | {
                "text": public_text(event),
                "is_free": event.changes["status"][1] == Status.PENDING,
                "unconfirmed": event.changes.get("unconfirmed", False),
            }
            | public_files(event, recipient)
        )


class TicketMerged(TicketMessage):
    """For the customers of a ticket that goes on as another one, while it does."""

    name = "ticket_merged"
    optional = _("My ticket was merged into another one")
    roles = frozenset({Role.CUSTOMER})

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        followers = event.ticket.participants.cc().filter(muted=False).select_related("user")
        return [event.ticket.customer, *(row.user for row in followers)]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        if event.ticket.merged_into_id is None:
            raise NotWanted("The merge was undone")
        # The old number's address leads on for as long as the merge stands, and back after it.
        return super().words(event, recipient, trusted=trusted) | {
            "into": event.changes["merge"][1]
        }


class WorkResumed(TicketMessage):
    """For the customer: the desk reopened the ticket."""

    name = "work_resumed"

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [] if by_customer(event) else [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        return super().words(event, recipient, trusted=trusted) | {
            "text": public_text(event),
            "unconfirmed": event.changes.get("unconfirmed", False),
            **public_files(event, recipient),
        }

    def is_letter(self, event: TicketEvent) -> bool:
        return by_staff(event) and bool(public_text(event))

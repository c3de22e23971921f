"""Mails about what the desk does by itself at the end of a ticket."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import User
from notifications.messages.base import NotWanted, Words
from notifications.messages.tickets import TicketMessage
from tickets.choices import Status
from tickets.models import TicketEvent


class Announcement(TicketMessage):
    """What happens by itself unless the customer answers; none where they have answered."""

    roles = frozenset({Role.CUSTOMER})
    status: Status

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.customer]

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        if event.ticket.status != self.status:
            raise NotWanted(f"The ticket is {event.ticket.status} by now")
        until = event.changes.get("until")
        return super().words(event, recipient, trusted=trusted) | {
            "until": datetime.fromisoformat(until) if until else None,
            "summary": event.ticket.resolution_summary,
        }


class WaitingReminder(Announcement):
    name = "waiting_reminder"
    optional = _("Reminders that my ticket waits for my answer")
    status = Status.WAITING


class ClosingSoon(Announcement):
    name = "closing_soon"
    optional = _("My solved ticket is going to close")
    status = Status.RESOLVED


class TicketRated(TicketMessage):
    """For the technician: what the customer says about the help."""

    name = "ticket_rated"
    optional = _("A customer rates my help")
    roles = frozenset({Role.TECHNICIAN})

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        return [event.ticket.technician] if event.ticket.technician else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        rating = event.ticket.ratings.given().order_by("-rated_at").first()
        before, word = event.changes["rating"]
        if rating is None or rating.word != word:
            raise NotWanted("The rating was changed since")
        words = super().words(event, recipient, trusted=trusted)
        return words | {"word": word, "before": before, "text": rating.comment}

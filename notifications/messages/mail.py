"""Mails about mail: what became of a day's, and what came back."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import AccountEvent, AddressFault, User
from accounts.templatetags.desk_ui import single_line
from notifications.messages.accounts import AccountMessage
from notifications.messages.base import NotWanted, Words
from notifications.messages.tickets import TicketMessage
from tickets.models import TicketEvent


class MailOfTheDay(AccountMessage):
    """For admins: how many mails came to what, and how many wait for somebody to look."""

    name = "mail_of_the_day"
    optional = _("What became of a day's mail, when there was any or some waits")
    roles = frozenset({Role.ADMIN})

    def recipients(self, event: AccountEvent) -> Iterable[User]:
        return list(User.objects.present().filter(role=Role.ADMIN, is_active=True))

    def words(self, event: AccountEvent, recipient: User, *, trusted: bool) -> Words:
        if not recipient.is_admin:
            raise NotWanted("The recipient is no admin any more")
        counted = {**event.changes["mails"]}
        late, looks = counted.pop("late", 0), counted.pop("to_look_at", 0)
        ledger = settings.SITE_URL + reverse("admin:mailboxes_inboundmail_changelist")
        return super().words(event, recipient, trusted=trusted) | {
            "counted": [(label, counted[key]) for key, label in LABELS if counted.get(key)],
            "total": sum(counted.values()),
            "late": late,
            "looks": looks,
            "ledger_url": ledger,
        }


# The outcomes of incoming mail, in the order in which they are told.
LABELS = (
    ("ticket", _("New tickets")),
    ("reply", _("Replies")),
    ("held", _("Replies, held for their writers")),
    ("bounce", _("Delivery reports")),
    ("ignored", _("Kept, nothing done")),
    ("suspended", _("Suspended: somebody has to look")),
    ("failed", _("Failed")),
    ("received", _("Waiting to be read")),
)


class MailCameBack(TicketMessage):
    """For the technician: a mail about their ticket will never arrive.

    Not about mails to people of the desk: a report on this very mail would lead to the next one.
    """

    name = "mail_came_back"
    optional = _("A mail about my ticket came back for good")
    roles = frozenset({Role.TECHNICIAN})
    hourly_limit = 10

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        technician = event.ticket.technician
        if technician is None or not event.changes.get("for_good"):
            return []
        address = event.changes["mail"][0]
        staff = User.objects.present().exclude(role=Role.CUSTOMER)
        outside = not staff.filter(email=address).exists()
        broken = AddressFault.objects.filter(email=technician.email).exists()
        return [technician] if outside and not broken else []

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        address, reason = event.changes["mail"]
        return super().words(event, recipient, trusted=trusted) | {
            "address": single_line(address),
            "reason": single_line(reason),
        }

"""Mails about targets that are near or were missed."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import STAFF_ROLES, Role
from accounts.models import User
from accounts.templatetags.desk_ui import single_line
from notifications.messages.base import NotWanted, Words, name_of
from notifications.messages.parts import facts
from notifications.messages.tickets import TicketMessage
from sla.models import EscalationRun
from tickets.choices import Visibility
from tickets.models import TicketEvent


class TargetMessage(TicketMessage):
    """For those whom the escalation level names; none where the target was met meanwhile."""

    roles = frozenset(Role(role) for role in STAFF_ROLES)
    needs_access = False  # a lead or an admin is told about tickets of others

    def recipients(self, event: TicketEvent) -> Iterable[User]:
        run = EscalationRun.objects.filter(pk=event.changes["run"]).first()
        told = User.objects.active().filter(pk__in=run.told if run else [])
        return told.filter(role__in=STAFF_ROLES)

    def words(self, event: TicketEvent, recipient: User, *, trusted: bool) -> Words:
        run = EscalationRun.objects.select_related("clock").get(pk=event.changes["run"])
        self.check(run)
        ticket = event.ticket
        replies = ticket.comments.filter(visibility=Visibility.PUBLIC, withdrawn_at__isnull=True)
        last = replies.order_by("-id").first()
        due = event.changes["due"]
        return (
            super().words(event, recipient, trusted=trusted)
            | facts(ticket)
            | {
                "target": event.changes["target"],
                "due": timezone.localtime(datetime.fromisoformat(due)) if due else None,
                "said": single_line(event.changes.get("said", "")),
                "technician": name_of(ticket.technician) if ticket.technician else "",
                "text": last.body if last else ticket.description,
                "written_at": last.created_at if last else ticket.raised_at,
            }
        )

    def check(self, run: EscalationRun) -> None:
        """Raise `NotWanted` where the mail has lost its sense."""


class SlaWarning(TargetMessage):
    name = "sla_warning"
    optional = _("A target of a ticket is near")

    def check(self, run: EscalationRun) -> None:
        if run.clock.ended_at is not None:
            raise NotWanted("It was done meanwhile")


class SlaMissed(TargetMessage):
    name = "sla_missed"
    optional = _("A target of a ticket was missed")

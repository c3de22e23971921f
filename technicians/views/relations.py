"""What a ticket is to others: linking and taking that back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from technicians.forms.relations import LinkForm, UnlinkForm
from technicians.views.verb import TicketVerb
from tickets import services
from tickets.choices import LinkWord
from tickets.models import Ticket, TicketRelation


class TicketLink(TicketVerb):
    """Link the ticket with one that the reader can see."""

    form_class = LinkForm
    relation: TicketRelation

    def said(self, ticket: Ticket) -> str:
        other = Ticket(number=self.relation.other_end(ticket.pk))
        return f"{self.relation.word_from(ticket.pk).label} {other.ticket_id}"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        user = self.request.user
        other = Ticket.objects.visible_to(user).filter(pk=data["number"]).first()
        if other is None:
            raise ValidationError({"number": "You have no ticket with this number."})
        self.relation = services.link_tickets(ticket, other=other, word=data["link"], actor=user)
        return ticket

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        url = reverse("technicians:ticket-unlink", args=[after.ticket_id])
        return {"undo_url": url, "undo_fields": {"relation": self.relation.pk}}


class TicketUnlink(TicketVerb):
    """Take a link back. Of one that is gone already nothing is left to do."""

    form_class = UnlinkForm
    done = "Link removed"
    word: LinkWord | None = None
    other = 0

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        user = self.request.user
        links = TicketRelation.objects.touching([ticket.pk])
        relation = links.filter(pk=data["relation"]).first()
        if relation is not None:
            services.unlink_tickets(ticket, relation=relation, actor=user)
            self.word, self.other = relation.word_from(ticket.pk), relation.other_end(ticket.pk)
        return ticket

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        if self.word is None:
            return {}
        url = reverse("technicians:ticket-link", args=[after.ticket_id])
        return {
            "undo_url": url,
            "undo_fields": {"link": self.word.value, "number": Ticket(number=self.other).ticket_id},
        }

"""Tags on a ticket."""

from typing import Any

from django.urls import reverse

from technicians.forms.properties import TagForm, UntagForm
from technicians.views.verb import TicketVerb
from tickets import services
from tickets.models import Tag, Ticket


class TicketTag(TicketVerb):
    """Put a tag on the ticket; a word that is none yet becomes one."""

    form_class = TagForm
    tag: Tag

    def said(self, ticket: Ticket) -> str:
        return f"Tag {self.tag.name} added"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        self.tag = services.add_tag(ticket, name=data["tag"], actor=self.request.user)
        return ticket

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        url = reverse("technicians:ticket-untag", args=[after.ticket_id])
        return {"undo_url": url, "undo_fields": {"tag": self.tag.pk}}


class TicketUntag(TicketVerb):
    """Take a tag off the ticket. Of one that is gone already nothing is left to do."""

    form_class = UntagForm
    done = "Tag removed"
    name = ""

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        tag = Tag.objects.filter(pk=data["tag"]).first()
        if tag is not None and services.remove_tag(ticket, tag=tag, actor=self.request.user):
            self.name = tag.name
        return ticket

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        if not self.name:
            return {}
        url = reverse("technicians:ticket-tag", args=[after.ticket_id])
        return {"undo_url": url, "undo_fields": {"tag": self.name}}

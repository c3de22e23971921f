"""Who follows a ticket: customers who take part, colleagues who watch."""

from typing import Any

from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from technicians.forms.base import VerbForm
from technicians.forms.people import ParticipantForm, RemovalForm, RowForm, WatcherForm
from technicians.views.verb import TicketVerbs
from tickets import services
from tickets.models import Ticket, TicketParticipant
from tickets.undo import read_removal, removal_token


class TicketPeople(TicketVerbs):
    """One POST for each verb: `add`, `remove`, `undo`, `endlinks`; `watch`, `unwatch`, `mute` ...

    `watch` and `unwatch` are about oneself, or about the colleague that the form names.
    """

    forms: dict[str, type[Form]] = {
        "add": ParticipantForm,
        "remove": RowForm,
        "undo": RemovalForm,
        "watch": WatcherForm,
        "unwatch": RowForm,
        "endlinks": VerbForm,
        "mute": VerbForm,
        "unmute": VerbForm,
    }
    removed: TicketParticipant | None = None

    def act_add(self, ticket: Ticket, data: dict[str, Any]) -> None:
        added = services.add_participant(
            ticket, actor=self.request.user, email=data["email"], name=data["name"]
        )
        self.sentence = f"{added.user.name} follows the ticket now"

    def act_remove(self, ticket: Ticket, data: dict[str, Any]) -> None:
        row = self.row(ticket, data, watcher=False)
        if row and services.remove_participant(ticket, user=row.user, actor=self.request.user):
            self.removed = row
        self.sentence = f"{row.user.name} follows no more" if row else "Removed already"

    def act_undo(self, ticket: Ticket, data: dict[str, Any]) -> None:
        removed = read_removal(data["undo"], ticket)
        if removed is None:
            self.sentence = "Too late to undo: add the person again"
            return
        services.add_participant(
            ticket, actor=self.request.user, user=removed.user, name=removed.name, again=True
        )
        self.sentence = f"{removed.user.name} follows the ticket again"

    def act_watch(self, ticket: Ticket, data: dict[str, Any]) -> None:
        colleague = data["colleague"] or self.request.user
        services.add_watcher(ticket, user=colleague, actor=self.request.user)
        own = colleague == self.request.user
        self.sentence = "You watch this ticket" if own else f"{colleague.name} watches this ticket"

    def act_unwatch(self, ticket: Ticket, data: dict[str, Any]) -> None:
        row = self.row(ticket, data, watcher=True)
        if row:
            services.remove_watcher(ticket, user=row.user, actor=self.request.user)
        own = row is None or row.user_id == self.request.user.pk
        name = "You watch" if own or row is None else f"{row.user.name} watches"
        self.sentence = f"{name} this ticket no more"

    def act_endlinks(self, ticket: Ticket, data: dict[str, Any]) -> None:
        services.end_guest_links(ticket, actor=self.request.user)
        self.sentence = "All links from former mails have ended"

    def act_mute(self, ticket: Ticket, data: dict[str, Any]) -> None:
        services.mute_ticket(ticket, user=self.request.user)
        self.sentence = "No more mails about this ticket"

    def act_unmute(self, ticket: Ticket, data: dict[str, Any]) -> None:
        services.mute_ticket(ticket, user=self.request.user, muted=False)
        self.sentence = "Mails about this ticket come again"

    def row(
        self, ticket: Ticket, data: dict[str, Any], *, watcher: bool
    ) -> TicketParticipant | None:
        """Return the row that the form names (without one: one's own), if it is of that kind."""
        rows = ticket.participants.watchers() if watcher else ticket.participants.cc()
        named = Q(pk=data["person"]) if data["person"] else Q(user=self.request.user)
        found: TicketParticipant | None = rows.with_people().filter(named).first()
        return found

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        if self.removed is None:
            return {}
        url = reverse("technicians:ticket-people", args=[after.ticket_id, "undo"])
        return {"undo_url": url, "undo_fields": {"undo": removal_token(self.removed)}}

    def answer(self, before: Ticket, ticket: Ticket) -> HttpResponse:
        answer = super().answer(before, ticket)
        if self.removed is not None and not self.request.htmx:
            token = removal_token(self.removed)
            return redirect(f"{ticket.get_desk_url()}?undo={token}#people")
        return answer

"""Who follows a customer's ticket: adding a colleague, removing one, leaving, silence."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import row_key
from accounts.services import TooManyTries
from tickets.forms import PersonForm, add_errors
from tickets.models import Ticket, TicketParticipant
from tickets.services import add_participant, mute_ticket, remove_participant
from tickets.undo import read_removal, removal_token
from tickets.views.ticket import TicketPage


class TicketPeopleView(TicketPage):
    """One POST for each verb: `add`, `remove`, `undo` (a removal), `mute`, `unmute`."""

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str, what: str) -> HttpResponse:
        verbs = {
            "add": self.add,
            "remove": self.remove,
            "undo": self.undo,
            "mute": self.mute,
            "unmute": self.mute,
        }
        if what not in verbs:
            raise Http404
        return verbs[what](self.ticket())

    def add(self, ticket: Ticket) -> HttpResponse:
        form = PersonForm(self.request.POST)
        if not form.is_valid():
            return self.show(ticket, people_form=form, status=422)
        try:
            added = add_participant(ticket, actor=self.request.user, **form.cleaned_data)
        except (PermissionDenied, TooManyTries) as refusal:
            form.add_error(None, str(refusal))
            return self.show(self.ticket(), people_form=form, status=422)
        except ValidationError as error:
            add_errors(form, error)
            return self.show(ticket, people_form=form, status=422)
        name = added.name or added.user.email
        return self.back(ticket, f"{name} follows the ticket now and is told by e-mail.")

    def remove(self, ticket: Ticket) -> HttpResponse:
        found = self.found(ticket)
        if found is None:
            return self.back(ticket, "Nothing was changed: they were removed already.")
        try:
            remove_participant(ticket, user=found.user, actor=self.request.user)
        except PermissionDenied as refusal:
            messages.warning(self.request, str(refusal))
            return redirect(ticket)
        if found.user_id == self.request.user.pk:
            messages.success(self.request, f"You follow {ticket.ticket_id} no more.")
            return redirect("tickets:ticket-list")
        return redirect(f"{ticket.get_absolute_url()}?undo={removal_token(found)}#people")

    def undo(self, ticket: Ticket) -> HttpResponse:
        removed = read_removal(self.request.POST.get("undo", ""), ticket)
        if removed is not None:
            try:
                add_participant(
                    ticket,
                    actor=self.request.user,
                    user=removed.user,
                    name=removed.name,
                    again=True,
                )
            except (PermissionDenied, ValidationError, TooManyTries) as refusal:
                messages.warning(self.request, str(refusal))
                return redirect(ticket)
        return self.back(ticket, "They follow the ticket again.")

    def mute(self, ticket: Ticket) -> HttpResponse:
        muted = self.kwargs["what"] == "mute"
        mute_ticket(ticket, user=self.request.user, muted=muted)
        said = "You get no more mails about this ticket." if muted else "You get its mails again."
        return self.back(ticket, said)

    def found(self, ticket: Ticket) -> TicketParticipant | None:
        key = row_key(self.request.POST.get("person", "")) or 0
        return ticket.participants.cc().with_people().filter(pk=key).first()

    def back(self, ticket: Ticket, said: str) -> Any:
        messages.success(self.request, said)
        return redirect(f"{ticket.get_absolute_url()}#people")

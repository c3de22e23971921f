"""Removing a text for good: what nobody should have written."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from technicians.forms.texts import RedactForm
from technicians.views.ticket_page import TicketView
from tickets import services
from tickets.forms import add_errors
from tickets.models import Ticket


class AdminTicketView(TicketView):
    """A page about a ticket for admins only."""

    roles = (Role.ADMIN,)  # type: ignore[assignment]


class TicketRedact(AdminTicketView):
    """An admin types or marks a text, and it is nowhere on the ticket any more."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_ticket(), RedactForm(), 200)

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket, form = self.get_ticket(), RedactForm(request.POST)
        if not form.is_valid():
            return self.show(ticket, form, 422)
        try:
            places = services.redact(ticket, text=form.cleaned_data["text"], actor=request.user)
        except ValidationError as error:
            add_errors(form, error)
            return self.show(ticket, form, 422)
        said = "The text is removed" if places == 1 else f"The text is removed in {places} places"
        messages.success(request, said)
        return redirect(ticket.get_desk_url())

    def show(self, ticket: Ticket, form: RedactForm, status: int) -> HttpResponse:
        context = {"nav": "tickets", "ticket": ticket, "form": form}
        return render(self.request, "technicians/ticket_redact.html", context, status=status)

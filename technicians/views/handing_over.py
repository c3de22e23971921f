"""Handing a ticket over with a note, and taking that back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import public_id
from technicians.forms.properties import HandoverForm
from technicians.views.panel import colleagues_for, teams_for
from technicians.views.ticket_page import TicketView
from tickets import services
from tickets.forms import add_errors
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.permissions import can_assign, can_route, can_view


class TicketHandover(TicketView):
    """GET: choose a person or a team and write the note. POST: do it."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        return self.show(self.get_ticket(), None)

    def show(self, ticket: Ticket, form: HandoverForm | None, *, status: int = 200) -> HttpResponse:
        user = self.request.user
        if not can_route(ticket, user):
            raise PermissionDenied
        people = colleagues_for(ticket) if can_assign(ticket, user) else []
        context: dict[str, Any] = {
            "nav": "tickets",
            "ticket": ticket,
            "form": form,
            "colleagues": [one for one in people if one.pk != ticket.technician_id],
            "teams": [team for team in teams_for(ticket) if team.is_active],
        }
        return render(self.request, "technicians/handover.html", context, status=status)

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket, form = self.get_ticket(), HandoverForm(request.POST)
        if not form.is_valid():
            return self.show(ticket, form, status=422)
        data = form.cleaned_data
        try:
            done = services.hand_over(
                ticket,
                actor=request.user,
                note=data["note"],
                version=data["version"],
                **data["to"],
            )
        except services.EditConflict as conflict:
            form.add_error(None, str(conflict))
            return self.show(self.get_ticket(), form, status=409)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(ticket, form, status=403)
        except ValidationError as error:
            add_errors(form, error)
            return self.show(ticket, form, status=422)
        return redirect("technicians:handed-over", done.token)


class HandedOver(StaffRequiredMixin, View):
    """GET: who has the ticket now. POST: take it back, for ten minutes, if nothing has happened."""

    def get(self, request: AuthenticatedHttpRequest, token: str) -> HttpResponse:
        done = services.read_handover(token, actor=request.user)
        if done is None:
            messages.info(request, "That was too long ago to be taken back.")
            return redirect("technicians:dashboard")
        ticket = Ticket.objects.present().for_detail().filter(pk=done.ticket).first()
        context = {
            "nav": "tickets",
            "ticket": ticket,
            "number": public_id(TICKET_PREFIX, done.ticket),
            "token": token,
            "is_seen": ticket is not None and can_view(ticket, request.user),
        }
        return render(request, "technicians/handed_over.html", context)

    def post(self, request: AuthenticatedHttpRequest, token: str) -> HttpResponse:
        done = services.read_handover(token, actor=request.user)
        if done is None:
            messages.error(request, "That was too long ago to be taken back.")
            return redirect("technicians:dashboard")
        try:
            ticket = services.undo_handover(done, actor=request.user)
        except services.EditConflict:
            messages.error(request, "It can't be taken back: the ticket has changed since.")
            return redirect("technicians:dashboard")
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
            return redirect("technicians:dashboard")
        messages.success(request, "Taken back: the ticket is where it was")
        return redirect(ticket.get_desk_url())

"""Who else is on a ticket's page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import AuthenticatedHttpRequest
from technicians.choices import Writing
from technicians.services import note_presence, others_on
from technicians.views.panel import presence_context
from technicians.views.ticket_page import TicketView
from tickets.models import Ticket


class TicketPresence(TicketView):
    """POST, every few seconds: one is here; the answer is who else is. 204: the same as before."""

    http_method_names = ["post"]

    def tickets(self) -> Any:
        return Ticket.objects.visible_to(self.request.user).only("number")

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        writing = request.POST.get("writing", "")
        note_presence(
            ticket, user=request.user, writing=writing if writing in Writing.values else ""
        )
        context = presence_context(others_on(ticket, request.user))
        if request.POST.get("known", "") == context["presence_known"]:
            return HttpResponse(status=204)
        return render(request, "technicians/_presence.html", context)

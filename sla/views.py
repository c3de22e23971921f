"""Pages about targets: why something is due, and what is promised before a ticket is raised."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from accounts.access import CustomerRequiredMixin, StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import number_of
from sla.models import Clock, TicketTerms
from sla.queries import explain, with_segments
from sla.services import explain_choice, promise_for
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX


class Explain(StaffRequiredMixin, View):
    """GET: each target of a ticket as a sum that anybody can check."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        number = number_of(TICKET_PREFIX, ticket_id)
        if number is None:
            raise Http404
        tickets = Ticket.objects.visible_to(request.user)
        ticket = get_object_or_404(tickets.for_detail(), pk=number)
        clocks = with_segments(Clock.objects.filter(ticket=ticket))
        terms = TicketTerms.objects.filter(ticket=ticket).select_related(
            "policy_version__policy", "calendar_version__calendar"
        )
        context = {
            "nav": "tickets",
            "ticket": ticket,
            "terms": terms.first(),
            "choices": explain_choice(ticket),
            "explanations": [explain(clock) for clock in clocks.order_by("-id")[:20]],
        }
        return render(request, "sla/explain.html", context)


class PromisedReply(CustomerRequiredMixin, View):
    """GET: by when the ticket that is being written has its first reply (a part of a page)."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        context = {"promised": promise_for(request.user, request.GET)}
        return render(request, "sla/_promise.html", context)

"""A ticket on paper and as a file: for whoever may read it."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.access import RoleRequiredMixin
from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from tickets.markup import texts_of, ticket_links
from tickets.models import Ticket, TicketEvent
from tickets.transcript import as_data, as_text, events_for
from tickets.views.pages import page_of, visible_ticket


class DocumentView(RoleRequiredMixin, View):
    """Shows what the customer may read; with `?notes=1` staff get the rest as well."""

    roles = tuple(Role)
    request: AuthenticatedHttpRequest

    def load(self) -> tuple[Ticket, list[TicketEvent], bool]:
        user = self.request.user
        ticket = visible_ticket(user, self.kwargs["ticket_id"])
        notes = self.request.GET.get("notes") == "1" and not user.is_customer
        return ticket, events_for(ticket, user, notes=notes), notes


class TicketPrintView(DocumentView):
    """A page for the printer."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: str) -> HttpResponse:
        ticket, events, notes = self.load()
        reader = request.user if notes else ticket.customer
        texts = [ticket.description, ticket.resolution_summary, *texts_of(events)]
        context = {
            "ticket": ticket,
            "ticket_links": ticket_links(texts, reader),
            "entries": events,
            "notes": notes,
            "as_customer": not notes,
            "back": page_of(ticket, request.user),
        }
        return render(request, "tickets/ticket_print.html", context)


class TicketExportView(DocumentView):
    """The same as a file: `text` or `json`."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: str) -> HttpResponse:
        ticket, events, _ = self.load()
        if kwargs["kind"] == "text":
            body, kind, ending = as_text(ticket, events), "text/plain; charset=utf-8", "txt"
        elif kwargs["kind"] == "json":
            body = json.dumps(as_data(ticket, events), ensure_ascii=False, indent=2)
            kind, ending = "application/json", "json"
        else:
            raise Http404
        name = f'attachment; filename="{ticket.ticket_id}.{ending}"'
        return HttpResponse(body, content_type=kind, headers={"Content-Disposition": name})

"""Continuing a message in a ticket of its own."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.http import AuthenticatedHttpRequest
from technicians.forms.base import EVENT_MAX
from technicians.forms.relations import SplitForm
from technicians.views.ticket_page import TicketView
from tickets import services
from tickets.choices import Visibility
from tickets.forms import add_errors
from tickets.models import Comment, Ticket, TicketEvent
from tickets.permissions import can_work


class TicketSplit(TicketView):
    """GET: the message and what the new ticket will be called. POST: raise it."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str, message: int) -> HttpResponse:
        ticket = self.get_ticket()
        return self.show(ticket, self.message(ticket, message), SplitForm())

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str, message: int) -> HttpResponse:
        ticket, form = self.get_ticket(), SplitForm(request.POST)
        comment = self.message(ticket, message)
        if not form.is_valid():
            return self.show(ticket, comment, form, status=422)
        subject = form.cleaned_data["subject"]
        try:
            new = services.split_message(
                ticket, comment=comment, actor=request.user, subject=subject
            )
        except ValidationError as error:
            add_errors(form, error)
            return self.show(ticket, comment, form, status=422)
        return redirect(f"{new.get_desk_url()}?split={ticket.ticket_id}")

    def message(self, ticket: Ticket, number: int) -> Comment:
        """Return the public message of the ticket; 404 for any other number."""
        if not can_work(ticket, self.request.user):
            raise PermissionDenied
        events = TicketEvent.objects.of(ticket).filter(comment__visibility=Visibility.PUBLIC)
        number = min(number, EVENT_MAX)
        event = events.filter(comment=number).select_related("comment__author").first()
        if event is None or event.comment is None:
            raise Http404
        return event.comment

    def show(
        self, ticket: Ticket, comment: Comment, form: SplitForm, *, status: int = 200
    ) -> HttpResponse:
        context = {"nav": "tickets", "ticket": ticket, "comment": comment, "form": form}
        return render(self.request, "technicians/split.html", context, status=status)

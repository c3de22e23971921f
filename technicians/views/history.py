"""What happened to a ticket, row by row as the audit log has it, and the ticket as it was."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.choices import FactKind
from accounts.http import AuthenticatedHttpRequest
from accounts.models import AuditSeal
from accounts.paging import InvalidCursor, keyset_page
from technicians.views.redaction import AdminTicketView
from technicians.views.ticket_page import TicketView
from tickets.transcript import changes_in_words, ticket_at

HISTORY_ROWS = 50
EARLIEST, LATEST = 1970, 9000  # years that every zone can show
JUST_BEFORE = timedelta(microseconds=1)


class TicketHistory(TicketView):
    """Every event, newest first; admins also read where it came from and whether it is sealed."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        events = ticket.events.visible_to(request.user).for_timeline()
        try:
            page = keyset_page(
                events, order=("-id",), cursor=request.GET.get("cursor", ""), size=HISTORY_ROWS
            )
        except InvalidCursor as error:
            raise BadRequest(str(error)) from error
        numbers = [event.pk for event in page.rows]
        sealed = AuditSeal.objects.filter(kind=FactKind.TICKET, fact__in=numbers)
        seals = dict(sealed.values_list("fact", "seq"))
        rows = [
            {
                "event": event,
                "changes": changes_in_words(event),
                "seal": seals.get(event.pk),
                "before": (event.at - JUST_BEFORE).isoformat(),
            }
            for event in page.rows
        ]
        context = {"nav": "tickets", "ticket": ticket, "rows": rows, "page": page}
        return render(request, "technicians/ticket_history.html", context)


class TicketAsItWas(AdminTicketView):
    """The fields and the conversation at a moment (`at`: ISO 8601; in the own zone without one)."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        at = moment_of(request.GET.get("at", ""))
        context = {
            "nav": "tickets",
            "ticket": ticket,
            "at": at,
            "at_field": timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S"),
            "then": ticket_at(ticket, at) if at >= ticket.raised_at else None,
        }
        return render(request, "technicians/ticket_as_it_was.html", context)


def moment_of(text: str) -> datetime:
    """Return the moment that an address names, now for none; raises `BadRequest`."""
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text.replace(" ", "+"))
        if moment is not None and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
    except ValueError:
        moment = None
    if moment is None or not EARLIEST <= moment.year <= LATEST:
        raise BadRequest("That is no moment.")
    return moment

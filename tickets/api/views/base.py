"""What the endpoints about one ticket have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView
from accounts.api.errors import PreconditionFailed, error_body
from accounts.choices import Role
from accounts.numbers import number_of
from tickets.api.rows import (
    WITH_MAIL,
    event_row,
)
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.services import (
    UnseenNews,
)


class TicketView(DeskView):
    """An endpoint about one ticket, which somebody sees or does not: then there is none."""

    ticket: Ticket | None = None

    def within_reach(self, request: Any) -> QuerySet[Ticket]:
        """Tickets on which the endpoint can be used at all by who asks."""
        return Ticket.objects.visible_to(request.user)

    def find(self, request: DeskRequest, ticket_id: str) -> Ticket:
        number = number_of(TICKET_PREFIX, ticket_id)
        if number is None:
            raise Http404
        self.ticket = self.within_reach(request).filter(pk=number).first()
        if self.ticket is None:
            raise Http404
        return self.ticket

    def handle_exception(self, exc: Exception) -> Response:
        """A ticket that was deleted or given away in the meantime is out of reach like any.

        News that the writer has not seen come along with the refusal.
        """
        if isinstance(exc, UnseenNews):
            reader: Any = self.request.user
            prefetch_related_objects(exc.news, WITH_MAIL)
            news = [event_row(event, reader, exc.ticket) for event in exc.news]
            body = error_body(str(exc), "unseen_news")
            return Response(body | {"news": news}, status=PreconditionFailed.status_code)
        if isinstance(exc, PermissionDenied) and self.ticket is not None:
            still_there = self.within_reach(self.request).filter(pk=self.ticket.pk)
            exc = exc if still_there.exists() else Http404()
        elif isinstance(exc, Ticket.DoesNotExist):
            exc = Http404()
        return super().handle_exception(exc)


class WorkView(TicketView):
    """For who works on the ticket: admins, and the technician it is assigned to."""

    def within_reach(self, request: Any) -> QuerySet[Ticket]:
        if request.user.role == Role.TECHNICIAN:
            return Ticket.objects.on_desk_of(request.user)
        return super().within_reach(request)


def guard_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the writer has seen, and what they choose to go across, for a service."""
    seen, anyway = given.get("last_seen_event"), given.get("anyway", False)
    return {"seen": None if anyway else seen, "overrides": seen if anyway else None}


def state(ticket: Ticket) -> dict[str, Any]:
    return {"ticket_id": ticket.ticket_id, "status": ticket.status}

"""Steps that a ticket takes: taken, accepted, reopened."""

from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.choices import Role
from tickets.api.serializers import (
    Reason,
    TicketState,
)
from tickets.api.versions import matched_version, tagged
from tickets.api.views.base import TicketView, WorkView, state
from tickets.services import (
    accept_solution,
    reopen_ticket,
    take_ticket,
)


class Take(TicketView):
    """A technician takes an open ticket of their categories that nobody has."""

    operations = {
        "POST": Operation(
            "takeTicket", "Take a ticket", TicketState, roles=[Role.TECHNICIAN], gives_etag=True
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = take_ticket(self.find(request, ticket_id), actor=request.user)
        return tagged(ticket, state(ticket))


class Accept(TicketView):
    """The customer says that a resolved ticket is solved: it is closed."""

    operations = {
        "POST": Operation(
            "acceptSolution",
            "It is solved",
            TicketState,
            roles=[Role.CUSTOMER],
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        version = matched_version(request, ticket)
        ticket = accept_solution(ticket, actor=request.user, version=version)
        return tagged(ticket, state(ticket))


class Reopen(WorkView):
    """Work goes on; the reason becomes a public reply."""

    operations = {
        "POST": Operation(
            "reopenTicket",
            "It is not solved",
            TicketState,
            body=Reason,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        version = matched_version(request, ticket)
        ticket = reopen_ticket(
            ticket, actor=request.user, reason=given.get("reason", ""), version=version
        )
        return tagged(ticket, state(ticket))

"""Lists of tickets, and raising one."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, first_page_response, list_response
from accounts.choices import Role
from accounts.models import User
from accounts.numbers import number_of
from tickets.api.given import given_files
from tickets.api.rows import (
    ADMIN_COLUMNS,
    CUSTOMER_COLUMNS,
    OWN_COLUMNS,
    STAFF_COLUMNS,
    listed,
    own_tickets,
    ticket_row,
)
from tickets.api.serializers import (
    AdminTicketRow,
    NewTicket,
    StaffTicketRow,
    TicketCreated,
    TicketRow,
)
from tickets.api.versions import tagged
from tickets.choices import Channel, Priority
from tickets.customers import survivor_of
from tickets.filters import (
    FILTER_PARAMETERS,
    STAFF_FILTER_PARAMETERS,
    filter_tickets,
    filters_for,
)
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.querysets import NEWEST
from tickets.services import (
    create_ticket,
)

COLUMNS_FOR: dict[str, tuple[str, ...]] = {
    Role.CUSTOMER: CUSTOMER_COLUMNS,
    Role.TECHNICIAN: STAFF_COLUMNS,
    Role.ADMIN: ADMIN_COLUMNS,
}


class TicketList(DeskView):
    """A list of tickets, newest first, narrowed by the filters of the contract."""

    columns: tuple[str, ...] = OWN_COLUMNS

    @property
    def tickets(self) -> Any:
        """All tickets with the columns of a row; each view narrows them down to who asks."""
        return listed(self.columns)

    def answer(self, request: DeskRequest, tickets: QuerySet[Any]) -> Response:
        parameters = check_parameters(request, filters_for(request.user))
        tickets = filter_tickets(tickets, parameters, user=request.user)
        return list_response(
            request,
            tickets,
            order=NEWEST,
            row=self.row,
            parameters=parameters,
        )

    def row(self, values: dict[str, Any]) -> dict[str, Any]:
        return ticket_row(values)


class AllTickets(TicketList):
    """All tickets of the desk, newest first."""

    operations = {
        "GET": Operation(
            "listTickets",
            "All tickets",
            AdminTicketRow,
            roles=[Role.ADMIN],
            is_list=True,
            filters=STAFF_FILTER_PARAMETERS,
        ),
    }
    columns = ADMIN_COLUMNS

    def get(self, request: DeskRequest) -> Response:
        return self.answer(request, self.tickets.visible_to(request.user))


class CustomerTickets(TicketList):
    """A customer's own tickets, newest first."""

    operations = {
        "GET": Operation(
            "listOwnTickets",
            "The own tickets of a customer",
            TicketRow,
            roles=[Role.CUSTOMER],
            is_list=True,
            filters=FILTER_PARAMETERS,
        ),
        "POST": Operation(
            "raiseTicket",
            "Raise a ticket",
            TicketCreated,
            201,
            NewTicket,
            roles=[Role.CUSTOMER],
            gives_etag=True,
        ),
    }

    def get(self, request: DeskRequest, customer_id: str) -> Response:
        self.check_own(request, customer_id)
        parameters = check_parameters(request, FILTER_PARAMETERS)
        if parameters.keys() - {"limit"}:
            return self.answer(request, self.tickets.own(request.user))
        return first_page_response(
            request,
            lambda size: own_tickets(request.user, size),
            order=NEWEST,
            row=self.row,
            parameters=parameters,
        )

    def row(self, values: dict[str, Any]) -> dict[str, Any]:
        asker = cast("User", self.request.user)
        return ticket_row(values | {"customer__public_id": asker.public_id})

    def post(self, request: DeskRequest, customer_id: str) -> Response:
        self.check_own(request, customer_id)
        given = self.checked(request)
        category, text = given["issue_category"]
        ticket = create_ticket(
            customer=request.user,
            actor=request.user,
            description=given["issue_description"],
            subject=given.get("subject", ""),
            category=category,
            category_text=text,
            priority=given.get("priority", Priority.NORMAL),
            channel=Channel.API,
            follow_up_of=self.former(request, given.get("follow_up_of")),
            attachments=given_files(given, request.user),
        )
        return tagged(ticket, {"ticket_id": ticket.ticket_id}, status=201)

    def former(self, request: DeskRequest, ticket_id: str | None) -> Ticket | None:
        """Return the ticket that the new one follows; one out of reach does not exist."""
        if ticket_id is None:
            return None
        number = number_of(TICKET_PREFIX, ticket_id)
        found = Ticket.objects.visible_to(request.user).filter(pk=number) if number else None
        if found is None or (former := found.first()) is None:
            raise ValidationError({"follow_up_of": ["There is no such ticket."]})
        return former

    def check_own(self, request: DeskRequest, customer_id: str) -> None:
        """Another customer's number and a number that nobody has look the same: 404."""
        own = customer_id == request.user.public_id
        if not own and survivor_of(customer_id) != request.user.pk:
            raise Http404


class GivenTickets(TicketList):
    """What is assigned to a technician, newest first."""

    operations = {
        "GET": Operation(
            "listAssignedTickets",
            "The tickets of a technician",
            StaffTicketRow,
            roles=[Role.TECHNICIAN],
            is_list=True,
            filters=STAFF_FILTER_PARAMETERS,
        ),
    }
    columns = STAFF_COLUMNS

    def get(self, request: DeskRequest, technician_id: str) -> Response:
        if technician_id != request.user.public_id:
            raise Http404
        return self.answer(request, self.tickets.on_desk_of(request.user))


class AvailableTickets(TicketList):
    """Open tickets without a technician in the categories that the technician serves."""

    operations = {
        "GET": Operation(
            "listAvailableTickets",
            "Tickets to take",
            StaffTicketRow,
            roles=[Role.TECHNICIAN],
            is_list=True,
            filters=STAFF_FILTER_PARAMETERS,
        ),
    }
    columns = STAFF_COLUMNS

    def get(self, request: DeskRequest) -> Response:
        return self.answer(request, self.tickets.takeable_by(request.user))

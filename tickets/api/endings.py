"""Endpoints about the end of a ticket: thanks that somebody has to look at."""

from typing import Any

from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.choices import STAFF_ROLES, Role
from tickets.api.rows import STAFF_COLUMNS, moment
from tickets.api.serializers import GivenRating, NewRating, StaffTicketRow, TicketState
from tickets.api.versions import matched_version, tagged
from tickets.api.views import TicketList, TicketView, WorkView, state
from tickets.filters import STAFF_FILTER_PARAMETERS
from tickets.models import Rating, Ticket
from tickets.permissions import can_change_rating, can_rate, rating_changeable_until
from tickets.services import dismiss_courtesy, rate_ticket


class TicketsToConfirm(TicketList):
    """Finished tickets whose customer wrote what reads like mere thanks."""

    operations = {
        "GET": Operation(
            "listTicketsToConfirm",
            "Finished tickets to confirm",
            StaffTicketRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=STAFF_FILTER_PARAMETERS,
        ),
    }
    columns = STAFF_COLUMNS

    def get(self, request: DeskRequest) -> Response:
        tickets = self.tickets.present().to_confirm()
        if request.user.role == Role.TECHNICIAN:
            tickets = tickets.assigned_to(request.user)
        return self.answer(request, tickets)


class Dismiss(WorkView):
    """It was only thanks: the ticket stays as it is."""

    operations = {
        "POST": Operation(
            "dismissCourtesy",
            "It was only thanks",
            TicketState,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        version = matched_version(request, ticket)
        ticket = dismiss_courtesy(ticket, actor=request.user, version=version)
        return tagged(ticket, state(ticket))


class OneRating(TicketView):
    """How the help was; given by the customer, read by everybody who reads the ticket."""

    operations = {
        "GET": Operation("getRating", "The rating of a ticket", GivenRating),
        "PUT": Operation(
            "rateTicket", "Rate the help", GivenRating, body=NewRating, roles=[Role.CUSTOMER]
        ),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        ratings = ticket.ratings.given()
        if ticket.resolved_at and ticket.is_done:
            ratings = ratings.filter(resolved_at=ticket.resolved_at)
        return Response(rating_row(ratings.first() or Rating(), ticket, request.user))

    def put(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        rating = rate_ticket(ticket, actor=request.user, **self.checked(request))
        return Response(rating_row(rating, ticket, request.user))


def rating_row(rating: Rating, ticket: Ticket, reader: Any) -> dict[str, Any]:
    return {
        "score": rating.score,
        "word": rating.word or None,
        "comment": rating.comment or None,
        "rated_date": moment(rating.rated_at),
        "changeable_until": moment(rating_changeable_until(rating)),
        "can_rate": can_rate(ticket, reader) and can_change_rating(rating),
    }

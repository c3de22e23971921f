"""Endpoints that correct what was said."""

from django.http import Http404
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.choices import Role
from accounts.numbers import row_key
from tickets.api.serializers import Deleted, NewBody, Redacted, Redaction, TicketState
from tickets.api.versions import matched_version, tagged
from tickets.api.views import TicketView, state
from tickets.models import Comment, Ticket
from tickets.services import edit_message, redact, withdraw_message


class OneMessage(TicketView):
    """A message or note of one's own, for some minutes after it was written."""

    operations = {
        "PATCH": Operation(
            "editMessage",
            "Edit a message of one's own",
            TicketState,
            body=NewBody,
            gives_etag=True,
            takes_if_match=True,
        ),
        "DELETE": Operation(
            "withdrawMessage", "Withdraw a message of one's own", Deleted, takes_if_match=True
        ),
    }

    def find_message(
        self, request: DeskRequest, ticket_id: str, message_id: str
    ) -> tuple[Ticket, Comment]:
        ticket = self.find(request, ticket_id)
        visible = ticket.comments.visible_to(request.user)
        comment = visible.filter(pk=row_key(message_id) or 0).first()
        if comment is None:
            raise Http404
        return ticket, comment

    def patch(self, request: DeskRequest, ticket_id: str, message_id: str) -> Response:
        ticket, comment = self.find_message(request, ticket_id, message_id)
        given = self.checked(request)
        ticket = edit_message(
            ticket,
            comment=comment,
            body=given["body"],
            actor=request.user,
            version=matched_version(request, ticket),
        )
        return tagged(ticket, state(ticket))

    def delete(self, request: DeskRequest, ticket_id: str, message_id: str) -> Response:
        ticket, comment = self.find_message(request, ticket_id, message_id)
        if comment.withdrawn_at and comment.author_id == request.user.pk:
            return Response({"deleted": False})
        version = matched_version(request, ticket)
        withdraw_message(ticket, comment=comment, actor=request.user, version=version)
        return Response({"deleted": True})


class Redactions(TicketView):
    """A text is removed for good wherever the ticket says it; nothing keeps it."""

    operations = {
        "POST": Operation(
            "redactTicket",
            "Remove a text for good",
            Redacted,
            201,
            Redaction,
            roles=[Role.ADMIN],
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        places = redact(ticket, text=self.checked(request)["text"], actor=request.user)
        return Response({"places": places}, status=201)

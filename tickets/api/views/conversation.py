"""The timeline of a ticket, replies and notes."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from tickets.api.given import given_files
from tickets.api.rows import (
    WITH_MAIL,
    event_row,
)
from tickets.api.serializers import (
    NewNote,
    NewReply,
    TicketState,
    TimelineEntry,
)
from tickets.api.versions import matched_version, tagged
from tickets.api.views.base import TicketView, WorkView, guard_of, state
from tickets.models import Ticket, TicketEvent
from tickets.services import (
    add_note,
    add_reply,
)

TIMELINE_LENGTH = 100


def timeline(ticket: Ticket, reader: Any) -> QuerySet[TicketEvent]:
    return TicketEvent.objects.of(ticket).visible_to(reader).for_timeline()


class Timeline(TicketView):
    """All that happened to a ticket, newest first."""

    operations = {
        "GET": Operation("listTimeline", "The timeline of a ticket", TimelineEntry, is_list=True),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        ticket = self.find(request, ticket_id)
        return list_response(
            request,
            timeline(ticket, request.user).select_related(WITH_MAIL),
            order=("-id",),
            row=lambda event: event_row(event, request.user, ticket),
            parameters=parameters,
        )


class Replies(WorkView):
    """By the customer, or by who works on the ticket; staff can set the status in the same step.

    It goes out at once: the seconds of grace are for people at a page.
    """

    operations = {
        "POST": Operation(
            "reply",
            "Write a public reply",
            TicketState,
            201,
            NewReply,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        ticket = add_reply(
            ticket,
            actor=request.user,
            body=given["body"],
            then_status=given.get("status", ""),
            resolution_summary=given.get("resolution_summary", ""),
            next_update_by=given.get("next_update_by"),
            attachments=given_files(given, request.user),
            version=matched_version(request, ticket),
            **guard_of(given),
        )
        return tagged(ticket, state(ticket), status=201)


class Notes(WorkView):
    """An internal note, which no customer ever sees."""

    operations = {
        "POST": Operation(
            "note",
            "Write an internal note",
            TicketState,
            201,
            NewNote,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def within_reach(self, request: Any) -> QuerySet[Ticket]:
        if request.user.role == Role.TECHNICIAN:
            return Ticket.objects.worked_on_by(request.user)
        return super().within_reach(request)

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        ticket = add_note(
            ticket,
            actor=request.user,
            body=given["body"],
            attachments=given_files(given, request.user),
            version=matched_version(request, ticket),
        )
        return tagged(ticket, state(ticket), status=201)

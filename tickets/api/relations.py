"""Endpoints about what tickets are to each other."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from accounts.numbers import number_of
from tickets.api.serializers import (
    Deleted,
    LinkRow,
    NewLink,
    NewMerge,
    NewSplit,
    TicketCreated,
    TicketState,
)
from tickets.api.versions import matched_version, tagged
from tickets.api.views import TicketView, state
from tickets.models import Ticket, TicketEvent, TicketRelation
from tickets.models.ticket import TICKET_PREFIX
from tickets.queries import Link, links_of
from tickets.services import (
    link_tickets,
    merge_tickets,
    split_message,
    undo_merge,
    unlink_tickets,
)


def named_ticket(request: DeskRequest, ticket_id: str, *, field: str = "ticket_id") -> Ticket:
    """Return the ticket that a body names if who asks may see it; else a 400 about `field`."""
    number = number_of(TICKET_PREFIX, ticket_id)
    visible = Ticket.objects.visible_to(request.user)
    found = visible.filter(pk=number).first() if number is not None else None
    if found is None:
        raise ValidationError({field: ["You have no ticket with this number."]})
    return found


def link_row(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "link": link.word.value,
        "ticket_id": link.ticket.ticket_id,
        "subject": link.ticket.subject,
        "status": link.ticket.status,
    }


class Merge(TicketView):
    """The ticket goes on as another one; its own number leads there."""

    operations = {
        "POST": Operation(
            "mergeTicket",
            "Merge into another ticket",
            TicketState,
            body=NewMerge,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        target = merge_tickets(
            ticket,
            target=named_ticket(request, given["into"], field="into"),
            actor=request.user,
            share=given.get("share", False),
            version=matched_version(request, ticket),
        )
        return tagged(target, state(target))


class Unmerge(TicketView):
    """The ticket goes on by itself again, as it was; for who works on where it went."""

    operations = {
        "POST": Operation(
            "undoMerge",
            "Undo a merge",
            TicketState,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def within_reach(self, request: Any) -> QuerySet[Ticket]:
        tickets = Ticket.objects.all()
        return tickets.visible_to(request.user) | tickets.merged_in_sight_of(request.user)

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        version = matched_version(request, ticket)
        ticket = undo_merge(ticket, actor=request.user, version=version)
        return tagged(ticket, state(ticket))


class Split(TicketView):
    """A customer's message goes on in a new ticket, and stays where it is."""

    operations = {
        "POST": Operation(
            "splitTicket",
            "Continue a message in a new ticket",
            TicketCreated,
            201,
            NewSplit,
            roles=STAFF_ROLES,
            gives_etag=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        events = TicketEvent.objects.of(ticket).select_related("comment")
        event = events.filter(pk=given["entry"]).first()
        if event is None or event.comment is None:
            raise ValidationError({"entry": ["There is no message with this id."]})
        subject = given.get("subject", "")
        new = split_message(ticket, comment=event.comment, actor=request.user, subject=subject)
        return tagged(new, {"ticket_id": new.ticket_id}, status=201)


class Links(TicketView):
    """What a ticket is to others; only those that who asks may see."""

    operations = {
        "GET": Operation(
            "listLinks", "The links of a ticket", LinkRow, roles=STAFF_ROLES, is_list=True
        ),
        "POST": Operation(
            "linkTicket", "Link two tickets", LinkRow, 201, NewLink, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        ticket = self.find(request, ticket_id)
        links = {link.id: link for link in links_of(ticket, request.user)}
        return list_response(
            request,
            TicketRelation.objects.filter(pk__in=links),
            order=("id",),
            row=lambda row: link_row(links[row.pk]),
            parameters=parameters,
        )

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        other = named_ticket(request, given["ticket_id"])
        relation = link_tickets(ticket, other=other, word=given["link"], actor=request.user)
        link = Link(relation.pk, relation.word_from(ticket.pk), other)
        return Response(link_row(link), status=201)


class OneLink(TicketView):
    """A link, which can be taken back."""

    operations = {
        "DELETE": Operation("unlinkTicket", "Remove a link", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, ticket_id: str, link_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        links = {str(link.id): link.id for link in links_of(ticket, request.user)}
        relation = TicketRelation.objects.filter(pk=links.get(link_id, 0)).first()
        if relation is None:
            raise Http404
        unlink_tickets(ticket, relation=relation, actor=request.user)
        return Response({"deleted": True})

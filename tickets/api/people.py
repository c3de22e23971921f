"""Endpoints about who follows a ticket: customers who take part, colleagues who watch."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.fields import TextField
from accounts.choices import STAFF_ROLES, Role
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from accounts.services import TooManyTries
from tickets.api.views import TicketView
from tickets.choices import ParticipantRole
from tickets.models import Ticket, TicketParticipant
from tickets.recipients import customers_following, following
from tickets.services import add_participant, add_watcher, remove_participant, remove_watcher


class NewParticipant(serializers.Serializer):
    email = TextField(max_length=EMAIL_LENGTH)
    name = TextField(
        max_length=NAME_LENGTH,
        required=False,
        allow_blank=True,
        help_text="What the other customers read.",
    )


class NewWatcher(serializers.Serializer):
    technician_id = TextField(required=False, help_text="A colleague; without it: oneself.")


class ParticipantRow(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    role = serializers.ChoiceField(
        [("requester", "Requester"), *ParticipantRole.choices],
        help_text="Customers see requester and cc only.",
    )
    email = serializers.CharField(
        required=False, help_text="Of a customer: for staff, and for who added them."
    )
    is_you = serializers.BooleanField()
    muted = serializers.BooleanField(required=False, help_text="Your own, and for staff.")


class ParticipantRows(serializers.Serializer):
    participants = ParticipantRow(many=True)


class Removed(serializers.Serializer):
    removed = serializers.BooleanField()


class Watching(serializers.Serializer):
    watching = serializers.BooleanField()


class Participants(TicketView):
    """Who follows a ticket beside its technician: the requester, the Cc, and for staff watchers."""

    operations = {
        "GET": Operation("listParticipants", "Who follows a ticket", ParticipantRows),
        "POST": Operation(
            "addParticipant",
            "Let a customer take part",
            ParticipantRow,
            201,
            NewParticipant,
        ),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        return Response({"participants": people_rows(ticket, request.user)})

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        try:
            added = add_participant(ticket, actor=request.user, **given)
        except TooManyTries as refusal:
            raise Throttled(refusal.retry_after) from None
        rows = people_rows(ticket, request.user)
        return Response(next(row for row in rows if row["id"] == added.pk), status=201)


class OneParticipant(TicketView):
    """Somebody who takes part: removed by staff, by the requester, or by themselves."""

    operations = {
        "DELETE": Operation(
            "removeParticipant", "Let somebody take part no more", Removed, roles=list(Role)
        ),
    }

    def delete(self, request: DeskRequest, ticket_id: str, participant_id: int) -> Response:
        ticket = self.find(request, ticket_id)
        row = ticket.participants.cc().with_people().filter(pk=participant_id).first()
        if row is None:
            return Response({"removed": False})
        removed = remove_participant(ticket, user=row.user, actor=request.user)
        return Response({"removed": removed})


class Watch(TicketView):
    """Watching a ticket oneself, or letting a colleague watch it."""

    operations = {
        "POST": Operation("watch", "Watch a ticket", Watching, body=NewWatcher, roles=STAFF_ROLES),
        "DELETE": Operation("unwatch", "Watch a ticket no more", Watching, roles=STAFF_ROLES),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        public_id = self.checked(request).get("technician_id")
        colleague = request.user
        if public_id is not None:
            found = User.objects.active().technicians().filter(public_id=public_id).first()
            if found is None:
                sentence = "There is no such technician."
                raise serializers.ValidationError({"technician_id": [sentence]})
            colleague = found
        add_watcher(ticket, user=colleague, actor=request.user)
        return Response({"watching": True})

    def delete(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        remove_watcher(ticket, user=request.user, actor=request.user)
        return Response({"watching": False})


def people_rows(ticket: Ticket, reader: User) -> list[dict[str, Any]]:
    """Return the requester and all who follow the ticket, as `reader` may know them."""
    rows = following(ticket)
    found = [_requester(ticket, reader)]
    muted = {row.pk: row.muted for row in rows}
    for person in customers_following(ticket, reader, rows):
        row: dict[str, Any] = {
            "id": person.pk,
            "name": person.name,
            "role": ParticipantRole.CC.value,
            "is_you": person.is_reader,
        }
        if person.email:
            row["email"] = person.email
        if person.is_reader or not reader.is_customer:
            row["muted"] = muted[person.pk]
        found.append(row)
    if not reader.is_customer:
        found += [_watcher(row, reader) for row in rows if row.is_watcher]
    return found


def _requester(ticket: Ticket, reader: User) -> dict[str, Any]:
    own = ticket.customer_id == reader.pk
    row = {"id": None, "name": ticket.customer.name, "role": "requester", "is_you": own}
    if own or not reader.is_customer:
        row["email"] = ticket.customer.email
    return row


def _watcher(row: TicketParticipant, reader: User) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.user.name,
        "role": ParticipantRole.WATCHER.value,
        "is_you": row.user_id == reader.pk,
        "muted": row.muted,
    }

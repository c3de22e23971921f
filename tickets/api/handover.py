"""Handing a ticket over with a note."""

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.choices import STAFF_ROLES
from accounts.models import NAME_LENGTH, Team, User
from tickets.api.serializers import TicketState
from tickets.api.versions import matched_version, tagged
from tickets.api.views.base import TicketView, state
from tickets.models import Ticket
from tickets.models.ticket import TEXT_LENGTH
from tickets.services import hand_over, read_handover, undo_handover

TOKEN_LENGTH = 500
TOO_LATE = "That was too long ago to be taken back, or is not yours."


class NewHandover(serializers.Serializer):
    """To a technician or into the queue of a team."""

    technician_id = TextField(max_length=20, required=False, help_text="TEC0001")
    team = TextField(max_length=NAME_LENGTH, required=False)
    note = TextField(max_length=TEXT_LENGTH, help_text="Staff only; it stands in the mail.")

    def validate_technician_id(self, value: str) -> User:
        found: User | None = User.objects.active().technicians().filter(public_id=value).first()
        if found is None:
            raise serializers.ValidationError("There is no such technician.")
        return found

    def validate_team(self, value: str) -> Team:
        found = Team.objects.active().filter(name__iexact=value.strip()).first()
        if found is None:
            raise serializers.ValidationError("There is no such team.")
        return found


class TicketHandedOver(TicketState):
    undo_token = serializers.CharField(help_text="Takes it back, for ten minutes.")


class NewUndo(serializers.Serializer):
    undo_token = TextField(max_length=TOKEN_LENGTH)


class Handover(TicketView):
    """By its technician, an admin, and the lead of the team in whose queue it is."""

    operations = {
        "POST": Operation(
            "handOverTicket",
            "Hand over with a note",
            TicketHandedOver,
            body=NewHandover,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        done = hand_over(
            ticket,
            actor=request.user,
            note=given["note"],
            technician=given.get("technician_id"),
            team=given.get("team"),
            version=matched_version(request, ticket),
        )
        fresh = Ticket.objects.get(pk=ticket.pk)
        return tagged(fresh, state(fresh) | {"undo_token": done.token})


class HandoverUndo(DeskView):
    """One's own handover is taken back, as long as nothing has happened to the ticket since."""

    operations = {
        "POST": Operation(
            "undoHandover",
            "Take a handover back",
            TicketState,
            body=NewUndo,
            roles=STAFF_ROLES,
            gives_etag=True,
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        done = read_handover(self.checked(request)["undo_token"], actor=request.user)
        if done is None:
            raise serializers.ValidationError({"undo_token": [TOO_LATE]})
        ticket = undo_handover(done, actor=request.user)
        return tagged(ticket, state(ticket))

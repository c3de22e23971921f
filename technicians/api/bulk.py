"""Changing many tickets at once."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.choices import STAFF_ROLES
from accounts.numbers import number_of
from technicians import bulk
from technicians.choices import BulkState, BulkVerb
from technicians.listing import Listing
from technicians.models import VIEW_QUERY_LENGTH, BulkAction
from tickets.models.ticket import TEXT_LENGTH, TICKET_PREFIX


class NewBulkAction(serializers.Serializer):
    """Which tickets (`tickets`, or all of a list's `query`), what (`do`), and what that takes."""

    do = serializers.ChoiceField(BulkVerb.choices)
    tickets = serializers.ListField(
        child=serializers.RegexField(r"^TKT[0-9]{4,18}$"),
        required=False,
        max_length=bulk.MOST_TICKETS,
    )
    query = TextField(max_length=VIEW_QUERY_LENGTH, required=False, allow_blank=True)
    technician = TextField(max_length=40, required=False, allow_blank=True)
    status = TextField(max_length=30, required=False)
    resolution_summary = TextField(max_length=TEXT_LENGTH, required=False)
    priority = TextField(max_length=10, required=False)
    category = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    team = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    tag = TextField(max_length=60, required=False)
    body = TextField(max_length=TEXT_LENGTH, required=False)
    anyway = serializers.BooleanField(required=False)
    into = serializers.RegexField(r"^TKT[0-9]{4,18}$", required=False)
    share = serializers.BooleanField(required=False)


class LeftOut(serializers.Serializer):
    ticket_id = serializers.CharField()
    reason = serializers.CharField()


class BulkActionState(serializers.Serializer):
    id = serializers.UUIDField()
    do = serializers.ChoiceField(BulkVerb.choices)
    state = serializers.ChoiceField(BulkState.choices)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    left_out = LeftOut(many=True)
    can_be_undone = serializers.BooleanField()


def action_row(action: BulkAction, reader: Any) -> dict[str, Any]:
    found = bulk.report(action)
    return {
        "id": str(action.pk),
        "do": action.verb,
        "state": action.state,
        "total": found["total"],
        "done": found["done"],
        "left_out": [
            {"ticket_id": ticket.ticket_id, "reason": reason}
            for ticket, reason in found["left_out"]
        ],
        "can_be_undone": bulk.can_be_undone(action, reader),
    }


class BulkActions(DeskView):
    """Change many tickets: all that are named, or none. Many go on in the background."""

    operations = {
        "POST": Operation(
            "changeTickets",
            "Change many tickets",
            BulkActionState,
            201,
            NewBulkAction,
            roles=STAFF_ROLES,
            names_others=True,
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        if "into" in given:
            given["into"] = number_of(TICKET_PREFIX, given["into"])
        try:
            arguments = bulk.clean_arguments(given["do"], given, actor=request.user)
            numbers = self.chosen(request, given)
            action = bulk.start(given["do"], numbers, arguments, actor=request.user)
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from error
        return Response(action_row(action, request.user), status=201)

    def chosen(self, request: DeskRequest, given: dict[str, Any]) -> list[int]:
        if ("tickets" in given) == ("query" in given):
            raise ValidationError({"tickets": ["Give either tickets or query."]})
        if "tickets" in given:
            return [number_of(TICKET_PREFIX, name) or 0 for name in given["tickets"]]
        listing = Listing(given["query"], reader=request.user)
        listing.check()
        rows = listing.tickets.order_by().values_list("number", flat=True)
        return list(rows[: bulk.MOST_TICKETS + 1])


class OneBulkAction(DeskView):
    """How far a change of one's own is."""

    operations = {
        "GET": Operation(
            "getTicketsChange", "How far a change of many is", BulkActionState, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest, action_id: uuid.UUID) -> Response:
        action = find_action(request, action_id)
        if bulk.advance(action):
            action.refresh_from_db()
        return Response(action_row(action, request.user))


class BulkUndo(DeskView):
    """Take a change of one's own back, for ten minutes."""

    operations = {
        "POST": Operation(
            "undoTicketsChange", "Undo a change of many", BulkActionState, roles=STAFF_ROLES
        ),
    }

    def post(self, request: DeskRequest, action_id: uuid.UUID) -> Response:
        action = bulk.undo(find_action(request, action_id), actor=request.user)
        return Response(action_row(action, request.user))


def find_action(request: DeskRequest, action_id: uuid.UUID) -> BulkAction:
    found = BulkAction.objects.filter(pk=action_id, actor=request.user).first()
    if found is None:
        raise Http404
    return found

"""A person's own unsent texts on a ticket; nobody else's can be asked for."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.fields import TextField
from accounts.choices import STAFF_ROLES
from tickets.api.rows import moment
from tickets.api.serializers import Deleted
from tickets.api.views import TicketView
from tickets.choices import DraftKind
from tickets.models import Ticket, TicketDraft
from tickets.models.ticket import TEXT_LENGTH
from tickets.services import discard_draft, drafts_of, restore_draft, save_draft


class NewDraft(serializers.Serializer):
    body = TextField(max_length=TEXT_LENGTH)


class Draft(serializers.Serializer):
    kind = serializers.ChoiceField(DraftKind.choices)
    body = serializers.CharField()
    saved_at = serializers.DateTimeField()


class DraftView(TicketView):
    """Finds the ticket of somebody's own draft."""

    def find_for(self, request: DeskRequest, ticket_id: str, kind: str) -> Ticket:
        ticket = self.find(request, ticket_id)
        if kind not in DraftKind.values:
            raise Http404
        return ticket


class OwnDraft(DraftView):
    """What one has begun to write: `reply`, `note`, or `resolve` (what was done).

    What was discarded, here or on the page, can be had back for ten minutes.
    """

    operations = {
        "GET": Operation("getDraft", "The own draft", Draft, roles=STAFF_ROLES),
        "PUT": Operation("saveDraft", "Keep a draft", Draft, body=NewDraft, roles=STAFF_ROLES),
        "DELETE": Operation("deleteDraft", "Discard a draft", Deleted, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, ticket_id: str, kind: str) -> Response:
        ticket = self.find_for(request, ticket_id, kind)
        draft = drafts_of(ticket, request.user).get(kind)
        if draft is None or draft.discarded_at is not None:
            raise Http404
        return Response(draft_row(draft))

    def put(self, request: DeskRequest, ticket_id: str, kind: str) -> Response:
        ticket = self.find_for(request, ticket_id, kind)
        given = self.checked(request)
        draft = save_draft(ticket, kind=kind, body=given["body"], actor=request.user, late=False)
        assert draft is not None
        return Response(draft_row(draft))

    def delete(self, request: DeskRequest, ticket_id: str, kind: str) -> Response:
        ticket = self.find_for(request, ticket_id, kind)
        draft = drafts_of(ticket, request.user).get(kind)
        if draft is None or draft.discarded_at is not None:
            return Response({"deleted": False})
        discard_draft(ticket, kind=kind, actor=request.user)
        return Response({"deleted": True})


class DraftRestoring(DraftView):
    """Have a draft back that was discarded in the last ten minutes; 404 where there is none."""

    operations = {
        "POST": Operation("restoreDraft", "Have a draft back", Draft, roles=STAFF_ROLES),
    }

    def post(self, request: DeskRequest, ticket_id: str, kind: str) -> Response:
        ticket = self.find_for(request, ticket_id, kind)
        if kind not in drafts_of(ticket, request.user):
            raise Http404
        draft = restore_draft(ticket, kind=kind, actor=request.user)
        if draft is None:
            raise Http404
        return Response(draft_row(draft))


def draft_row(draft: TicketDraft) -> dict[str, Any]:
    return {"kind": draft.kind, "body": draft.body, "saved_at": moment(draft.saved_at)}

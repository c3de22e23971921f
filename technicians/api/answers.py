"""Endpoints about canned responses and macros."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from accounts.models import NAME_LENGTH, Team
from accounts.numbers import row_key
from technicians.choices import Audience
from technicians.models import CannedResponse, Macro
from technicians.models.answer import FOLDER_LENGTH, TAGS_LENGTH, TITLE_LENGTH
from technicians.placeholders import fill
from technicians.services import apply_macro, delete_shared, save_canned, save_macro
from technicians.services.answers import tags_of
from tickets.api.serializers import Deleted, PriorityField, Seen, StatusField, TicketState, Updated
from tickets.api.versions import matched_version, tagged
from tickets.api.views import TicketView, guard_of, state
from tickets.choices import Priority, Status
from tickets.models import Category, Ticket
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.ticket import TEXT_LENGTH
from tickets.services import find_category


class SharedChange(serializers.Serializer):
    """Any of these."""

    title = TextField(max_length=TITLE_LENGTH, required=False)
    folder = TextField(max_length=FOLDER_LENGTH, required=False, allow_blank=True)
    audience = serializers.ChoiceField(Audience.choices, required=False)
    team = TextField(
        max_length=NAME_LENGTH, required=False, allow_null=True, help_text="For audience team."
    )

    def validate_team(self, value: str | None) -> Team | None:
        return named_team(value)


class CannedChange(SharedChange):
    body = TextField(max_length=TEXT_LENGTH, required=False)


class NewCanned(CannedChange):
    title = TextField(max_length=TITLE_LENGTH)
    body = TextField(
        max_length=TEXT_LENGTH, help_text="With placeholders: {customer.name}, {ticket.id}, ..."
    )


class MacroChange(SharedChange):
    to_me = serializers.BooleanField(required=False)
    to_team = TextField(max_length=NAME_LENGTH, required=False, allow_null=True)
    priority = PriorityField(required=False, allow_null=True)
    category = TextField(max_length=CATEGORY_LENGTH, required=False, allow_null=True)
    tags = TextField(
        max_length=TAGS_LENGTH, required=False, allow_blank=True, help_text="With commas."
    )
    note = TextField(max_length=TEXT_LENGTH, required=False, allow_blank=True)
    reply = TextField(max_length=TEXT_LENGTH, required=False, allow_blank=True)
    status = StatusField(required=False, allow_blank=True)
    resolution_summary = TextField(max_length=TEXT_LENGTH, required=False, allow_blank=True)

    def validate_to_team(self, value: str | None) -> Team | None:
        return named_team(value)

    def validate_category(self, value: str | None) -> Category | None:
        category = find_category(value) if value is not None else None
        if value is not None and category is None:
            raise serializers.ValidationError("There is no such category.")
        return category


class NewMacro(MacroChange):
    title = TextField(max_length=TITLE_LENGTH)


class SharedRow(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    folder = serializers.CharField(allow_blank=True)
    audience = serializers.ChoiceField(Audience.choices)
    team = serializers.CharField(allow_null=True)


class CannedRow(SharedRow):
    body = serializers.CharField()


class MacroRow(SharedRow):
    to_me = serializers.BooleanField()
    to_team = serializers.CharField(allow_null=True)
    priority = serializers.ChoiceField(
        [(label, label) for label in Priority.labels], allow_null=True
    )
    category = serializers.CharField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    reply = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(Status.choices, allow_blank=True)
    resolution_summary = serializers.CharField(allow_blank=True)


class Made(serializers.Serializer):
    id = serializers.IntegerField()


class Filled(serializers.Serializer):
    text = serializers.CharField()


def named_team(name: str | None) -> Team | None:
    team = Team.objects.filter(name__iexact=name.strip()).first() if name is not None else None
    if name is not None and team is None:
        raise serializers.ValidationError("There is no such team.")
    return team


def shared_row(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "folder": row.folder,
        "audience": row.audience,
        "team": row.team.name if row.team else None,
    }


def canned_row(row: CannedResponse) -> dict[str, Any]:
    return shared_row(row) | {"body": row.body}


def macro_row(row: Macro) -> dict[str, Any]:
    return shared_row(row) | {
        "to_me": row.to_me,
        "to_team": row.to_team.name if row.to_team else None,
        "priority": Priority(row.priority).label if row.priority else None,
        "category": str(row.category) if row.category else None,
        "tags": tags_of(row),
        "note": row.note,
        "reply": row.reply,
        "status": row.status,
        "resolution_summary": row.resolution_summary,
    }


class SharedView(DeskView):
    """What `model` keeps: one's own, one's teams' and everybody's."""

    model: Any
    row: Any
    save: Any
    related: tuple[str, ...] = ("team",)
    fields: tuple[str, ...] = ()

    def visible(self, request: DeskRequest) -> QuerySet[Any]:
        return self.model.objects.visible_to(request.user).select_related(*self.related)

    def find(self, request: DeskRequest, number: str) -> Any:
        key = row_key(number)
        if key is None:
            raise Http404
        return self.visible(request).filter(pk=key).first()

    def listed(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        order = ("folder", "title", "id")
        return list_response(
            request, self.visible(request), order=order, row=self.row, parameters=parameters
        )

    def made(self, request: DeskRequest) -> Response:
        row = self.save(None, actor=request.user, **self.checked(request))
        return Response({"id": row.pk}, status=201)

    def one(self, request: DeskRequest, number: str) -> Response:
        row = self.find(request, number)
        if row is None:
            raise Http404
        return Response(self.row(row))

    def changed(self, request: DeskRequest, number: str) -> Response:
        row = self.find(request, number)
        if row is None:
            raise Http404
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        names = ("title", "folder", "audience", "team", *self.fields)
        present = {name: getattr(row, name) for name in names}
        self.save(row, actor=request.user, **{**present, **given})
        return Response({"updated": True})

    def deleted(self, request: DeskRequest, number: str) -> Response:
        row = self.find(request, number)
        if row is None:
            return Response({"deleted": False})
        delete_shared(row, actor=request.user)
        return Response({"deleted": True})


class CannedShape(SharedView):
    model = CannedResponse
    row = staticmethod(canned_row)
    save = staticmethod(save_canned)
    fields = ("body",)


class MacroShape(SharedView):
    model = Macro
    row = staticmethod(macro_row)
    save = staticmethod(save_macro)
    related = ("team", "to_team", "category__parent")
    fields = (
        "to_me",
        "to_team",
        "priority",
        "category",
        "tags",
        "note",
        "reply",
        "status",
        "resolution_summary",
    )


class CannedResponses(CannedShape):
    """Canned responses that one can use."""

    operations = {
        "GET": Operation(
            "listCannedResponses", "Canned responses", CannedRow, roles=STAFF_ROLES, is_list=True
        ),
        "POST": Operation(
            "addCannedResponse", "Keep a text", Made, 201, NewCanned, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        return self.listed(request)

    def post(self, request: DeskRequest) -> Response:
        return self.made(request)


class OneCannedResponse(CannedShape):
    """Changed by its owner, its team or an admin."""

    operations = {
        "GET": Operation("getCannedResponse", "One of them", CannedRow, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeCannedResponse", "Change it", Updated, body=CannedChange, roles=STAFF_ROLES
        ),
        "DELETE": Operation("deleteCannedResponse", "Delete it", Deleted, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, answer_id: str) -> Response:
        return self.one(request, answer_id)

    def put(self, request: DeskRequest, answer_id: str) -> Response:
        return self.changed(request, answer_id)

    def delete(self, request: DeskRequest, answer_id: str) -> Response:
        return self.deleted(request, answer_id)


class Macros(MacroShape):
    """Macros that one can use."""

    operations = {
        "GET": Operation("listMacros", "Macros", MacroRow, roles=STAFF_ROLES, is_list=True),
        "POST": Operation("addMacro", "Make a macro", Made, 201, NewMacro, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest) -> Response:
        return self.listed(request)

    def post(self, request: DeskRequest) -> Response:
        return self.made(request)


class OneMacro(MacroShape):
    """Changed by its owner, its team or an admin."""

    operations = {
        "GET": Operation("getMacro", "One of them", MacroRow, roles=STAFF_ROLES),
        "PUT": Operation("changeMacro", "Change it", Updated, body=MacroChange, roles=STAFF_ROLES),
        "DELETE": Operation("deleteMacro", "Delete it", Deleted, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, answer_id: str) -> Response:
        return self.one(request, answer_id)

    def put(self, request: DeskRequest, answer_id: str) -> Response:
        return self.changed(request, answer_id)

    def delete(self, request: DeskRequest, answer_id: str) -> Response:
        return self.deleted(request, answer_id)


class AnswerOnTicket(TicketView):
    """A canned response or a macro, used on a ticket that one sees."""

    model: Any

    def answer(self, request: DeskRequest, number: str) -> Any:
        row = self.model.objects.visible_to(request.user).filter(pk=row_key(number) or 0).first()
        if row is None:
            raise Http404
        return row


class FilledCanned(AnswerOnTicket):
    """The text with the ticket's words in it."""

    operations = {
        "GET": Operation("fillCannedResponse", "Fill a text", Filled, roles=STAFF_ROLES),
    }
    model = CannedResponse

    def get(self, request: DeskRequest, ticket_id: str, answer_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        canned = self.answer(request, answer_id)
        return Response({"text": fill(canned.body, ticket, request.user)})


class UsedMacro(AnswerOnTicket):
    """All that it says, or nothing. Its reply goes out after the desk's seconds of grace."""

    operations = {
        "POST": Operation(
            "useMacro",
            "Use a macro",
            TicketState,
            body=Seen,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
    }
    model = Macro

    def post(self, request: DeskRequest, ticket_id: str, answer_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        given = self.checked(request)
        macro = self.answer(request, answer_id)
        version = matched_version(request, ticket)
        apply_macro(macro, ticket, actor=request.user, version=version, **guard_of(given))
        ticket = Ticket.objects.get(pk=ticket.pk)
        return tagged(ticket, state(ticket))

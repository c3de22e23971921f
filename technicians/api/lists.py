"""Lists of tickets as the desk's pages show them: by filters, and by saved views."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import PAGE_PARAMETERS, check_parameters, list_response
from accounts.choices import STAFF_ROLES
from technicians.choices import Audience
from technicians.listing import COLUMNS, USUAL, Listing
from technicians.listing.saving import (
    change_view,
    choose_columns,
    choose_default,
    delete_view,
    move_view,
    preference_of,
    save_view,
)
from technicians.models import VIEW_NAME_LENGTH, VIEW_QUERY_LENGTH, SavedView
from tickets.api.rows import STAFF_COLUMNS, ticket_row
from tickets.api.serializers import Deleted, StaffTicketRow

LIST_FILTERS = frozenset(
    {
        "view",
        "q",
        "status",
        "status_is",
        "priority",
        "priority_is",
        "category",
        "category_is",
        "technician",
        "technician_is",
        "customer",
        "customer_is",
        "organization",
        "organization_is",
        "team",
        "team_is",
        "tag",
        "tag_is",
        "raised",
        "raised_from",
        "raised_to",
        "updated",
        "updated_from",
        "updated_to",
        "sort",
    }
)


class NewView(serializers.Serializer):
    name = TextField(max_length=VIEW_NAME_LENGTH)
    query = TextField(max_length=VIEW_QUERY_LENGTH, allow_blank=True)
    audience = serializers.ChoiceField(Audience.choices, required=False)
    team = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ViewChange(serializers.Serializer):
    name = TextField(max_length=VIEW_NAME_LENGTH, required=False)
    query = TextField(max_length=VIEW_QUERY_LENGTH, required=False, allow_blank=True)
    audience = serializers.ChoiceField(Audience.choices, required=False)
    team = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ViewMove(serializers.Serializer):
    """One place up, or down; at the end of the row nothing happens."""

    up = serializers.BooleanField()


class ViewRow(serializers.Serializer):
    """`position` orders them; the list opens with the one that `is_default`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(allow_blank=True)
    audience = serializers.ChoiceField(Audience.choices)
    team = serializers.CharField(allow_null=True)
    owner = serializers.CharField()
    is_own = serializers.BooleanField()
    position = serializers.IntegerField()
    is_default = serializers.BooleanField()


class ListPreferenceRow(serializers.Serializer):
    """How one wants the list; each of the fields alone can be sent.

    `columns` are shown beside priority and subject, always in the same order; an empty list means
    the usual ones. `default_view` is the view that the list opens with, null for none.
    """

    columns = serializers.ListField(
        child=serializers.ChoiceField(list(COLUMNS)), required=False, max_length=len(COLUMNS)
    )
    default_view = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )


def view_row(view: SavedView, reader: Any, default: int | None) -> dict[str, Any]:
    return {
        "id": view.pk,
        "name": view.name,
        "query": view.query,
        "audience": view.audience,
        "team": str(view.team) if view.team else None,
        "owner": view.owner.name,
        "is_own": view.owner_id == reader.pk,
        "position": view.position,
        "is_default": view.pk == default,
    }


def one_view(request: DeskRequest, view: SavedView, status: int = 200) -> Response:
    default = preference_of(request.user).default_view_id
    return Response(view_row(view, request.user, default), status=status)


class Views(DeskView):
    """The views that one sees, in order: one's own and those for everyone at the desk."""

    operations = {
        "GET": Operation("listViews", "Saved views", ViewRow, roles=STAFF_ROLES, is_list=True),
        "POST": Operation("saveView", "Save a view", ViewRow, 201, NewView, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest) -> Response:
        default = preference_of(request.user).default_view_id
        return list_response(
            request,
            SavedView.objects.visible_to(request.user).select_related("owner", "team"),
            order=("position", "id"),
            row=lambda view: view_row(view, request.user, default),
            parameters=check_parameters(request),
        )

    def post(self, request: DeskRequest) -> Response:
        return one_view(request, save_view(actor=request.user, **self.checked(request)), 201)


class OneView(DeskView):
    """A saved view; out of sight and not there are the same: 404."""

    operations = {
        "GET": Operation("getView", "A saved view", ViewRow, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeView",
            "Change what the body carries",
            ViewRow,
            body=ViewChange,
            roles=STAFF_ROLES,
        ),
        "DELETE": Operation("deleteView", "Delete a view", Deleted, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, view_id: int) -> Response:
        return one_view(request, find_view(request, view_id))

    def put(self, request: DeskRequest, view_id: int) -> Response:
        view = find_view(request, view_id)
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        return one_view(request, change_view(view, actor=request.user, **given))

    def delete(self, request: DeskRequest, view_id: int) -> Response:
        delete_view(find_view(request, view_id), actor=request.user)
        return Response({"deleted": True})


class MovedView(DeskView):
    """Put an own view before or after its neighbour."""

    operations = {
        "POST": Operation("moveView", "Move a view", ViewRow, body=ViewMove, roles=STAFF_ROLES),
    }

    def post(self, request: DeskRequest, view_id: int) -> Response:
        given = self.checked(request)
        move_view(find_view(request, view_id), actor=request.user, up=given["up"])
        return one_view(request, find_view(request, view_id))


class OwnListPreference(DeskView):
    """The columns of one's list of tickets and the view that it opens with."""

    operations = {
        "GET": Operation(
            "getListPreference", "How one wants the list", ListPreferenceRow, roles=STAFF_ROLES
        ),
        "PUT": Operation(
            "changeListPreference",
            "Change what the body carries",
            ListPreferenceRow,
            body=ListPreferenceRow,
            roles=STAFF_ROLES,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        found = preference_of(request.user)
        return Response({"columns": found.columns, "default_view": found.default_view_id})

    def put(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        view = None
        if given.get("default_view"):
            visible = SavedView.objects.visible_to(request.user)
            view = visible.filter(pk=given["default_view"]).first()
            if view is None:
                raise ValidationError({"default_view": ["There is no such view."]})
        with transaction.atomic():
            if "columns" in given:
                choose_columns(request.user, given["columns"] or USUAL)
            if "default_view" in given:
                choose_default(request.user, view)
        return self.get(request)


def find_view(request: DeskRequest, view_id: int) -> SavedView:
    found = SavedView.objects.visible_to(request.user).select_related("owner", "team")
    view: SavedView | None = found.filter(pk=view_id).first() if view_id < 2**63 else None
    if view is None:
        raise Http404
    return view


class DeskTickets(DeskView):
    """Tickets by the filters of the desk's list; each takes several values."""

    operations = {
        "GET": Operation(
            "findTickets",
            "Tickets by the desk's filters",
            StaffTicketRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=LIST_FILTERS,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        query: Any = request.query_params
        unknown = query.keys() - LIST_FILTERS - PAGE_PARAMETERS
        if unknown:
            raise ValidationError({name: ["There is no such parameter here."] for name in unknown})
        return answer(request, Listing(query, reader=request.user))


class ViewTickets(DeskView):
    """The tickets of a saved view, as who asks sees them."""

    operations = {
        "GET": Operation(
            "listViewTickets",
            "The tickets of a saved view",
            StaffTicketRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
    }

    def get(self, request: DeskRequest, view_id: int) -> Response:
        check_parameters(request)
        return answer(request, Listing(find_view(request, view_id).query, reader=request.user))


def answer(request: DeskRequest, listing: Listing) -> Response:
    """Return a page of the list; 400 for what makes no sense in its query."""
    try:
        listing.check()
    except DjangoValidationError as error:
        raise ValidationError(error.message_dict) from error
    parts, order = listing.paged()
    extra = [key.lstrip("-") for key in order if key.lstrip("-") not in STAFF_COLUMNS]
    parameters = {
        name: request.query_params[name] for name in PAGE_PARAMETERS & request.query_params.keys()
    }
    return list_response(
        request,
        [part.values(*STAFF_COLUMNS, *extra) for part in parts],
        order=order,
        row=ticket_row,
        parameters=parameters,
    )

"""Endpoints about organisations as the desk knows them."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from accounts.models import NAME_LENGTH, Organization
from accounts.numbers import row_key
from accounts.services import save_organization
from tickets.api.serializers import Deleted
from tickets.customers import customers_known_to, named, organizations_known_to
from tickets.models import OrganizationNote, Ticket
from tickets.models.customer import CUSTOMER_NOTE_LENGTH
from tickets.services import add_organization_note, remove_organization_note


class OrganizationRow(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class OrganizationDetail(OrganizationRow):
    customers = serializers.IntegerField(help_text="How many of them you know.")
    open_tickets = serializers.IntegerField(help_text="How many you see.")


class NewOrganizationNote(serializers.Serializer):
    body = TextField(max_length=CUSTOMER_NOTE_LENGTH)


class OrganizationNoteRow(serializers.Serializer):
    id = serializers.IntegerField()
    organization_id = serializers.IntegerField()
    body = serializers.CharField()
    author_name = serializers.CharField()
    date = serializers.DateTimeField()


class OrganizationName(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH)


def note_row(note: OrganizationNote) -> dict[str, Any]:
    return {
        "id": note.pk,
        "organization_id": note.organization_id,
        "body": note.body,
        "author_name": note.author.name,
        "date": note.created_at,
    }


def organization_row(organization: Organization) -> dict[str, Any]:
    return {"id": organization.pk, "name": organization.name}


class Organizations(DeskView):
    """Companies and departments of customers, by name; technicians see those of their tickets."""

    operations = {
        "GET": Operation(
            "listOrganizations",
            "Organisations",
            OrganizationRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=["q"],
        ),
        "POST": Operation(
            "addOrganization",
            "Make an organisation",
            OrganizationRow,
            201,
            OrganizationName,
            [Role.ADMIN],
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, ["q"])
        known = named(organizations_known_to(request.user), parameters.get("q", ""))
        return list_response(
            request, known, order=("name",), row=organization_row, parameters=parameters
        )

    def post(self, request: DeskRequest) -> Response:
        made = save_organization(None, actor=request.user, **self.checked(request))
        return Response(organization_row(made), status=201)


class OrganizationView(DeskView):
    """Finds the organisation of the address among those that who asks knows."""

    def find(self, request: DeskRequest, organization_id: str) -> Organization:
        known = organizations_known_to(request.user)
        found: Organization | None = known.filter(pk=row_key(organization_id) or 0).first()
        if found is None:
            raise Http404
        return found


class OneOrganization(OrganizationView):
    """An organisation, with how many of its people and open tickets who asks sees."""

    operations = {
        "GET": Operation(
            "getOrganization", "One organisation", OrganizationDetail, roles=STAFF_ROLES
        ),
        "PUT": Operation(
            "renameOrganization",
            "Rename an organisation",
            OrganizationRow,
            body=OrganizationName,
            roles=[Role.ADMIN],
        ),
    }

    def get(self, request: DeskRequest, organization_id: str) -> Response:
        found = self.find(request, organization_id)
        people = customers_known_to(request.user).filter(organization=found)
        tickets = Ticket.objects.visible_to(request.user).open().filter(customer__in=people)
        counts = {"customers": people.count(), "open_tickets": tickets.count()}
        return Response(organization_row(found) | counts)

    def put(self, request: DeskRequest, organization_id: str) -> Response:
        found = self.find(request, organization_id)
        saved = save_organization(found, actor=request.user, **self.checked(request))
        return Response(organization_row(saved))


class OrganizationNotes(OrganizationView):
    """What the desk wrote down about an organisation, whose people never see it."""

    operations = {
        "GET": Operation(
            "listOrganizationNotes",
            "Notes about an organisation",
            OrganizationNoteRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
        "POST": Operation(
            "addOrganizationNote",
            "Write a note about an organisation",
            OrganizationNoteRow,
            201,
            NewOrganizationNote,
            STAFF_ROLES,
        ),
    }

    def get(self, request: DeskRequest, organization_id: str) -> Response:
        parameters = check_parameters(request)
        notes = OrganizationNote.objects.filter(organization=self.find(request, organization_id))
        return list_response(
            request,
            notes.select_related("author"),
            order=("-id",),
            row=note_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest, organization_id: str) -> Response:
        found = self.find(request, organization_id)
        note = add_organization_note(found, actor=request.user, **self.checked(request))
        return Response(note_row(note), status=201)


class OneOrganizationNote(OrganizationView):
    """A note about an organisation: one's own can be removed, by admins any."""

    operations = {
        "DELETE": Operation("removeOrganizationNote", "Remove a note", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, organization_id: str, note_id: str) -> Response:
        rows = OrganizationNote.objects.filter(organization=self.find(request, organization_id))
        note = rows.select_related("organization").filter(pk=row_key(note_id) or 0).first()
        if note is None:
            raise Http404
        return Response({"deleted": remove_organization_note(note, actor=request.user)})

"""Lists of tickets as files, written in the background."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpResponseBase
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.choices import STAFF_ROLES
from technicians import exports
from technicians.choices import ExportFormat, ExportState
from technicians.http import export_file
from technicians.listing import Listing
from technicians.models import VIEW_QUERY_LENGTH, ListExport
from tickets.api.rows import moment


class NewExport(serializers.Serializer):
    query = TextField(max_length=VIEW_QUERY_LENGTH, allow_blank=True)
    format = serializers.ChoiceField(ExportFormat.choices)


class ExportRow(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(ExportState.choices)
    format = serializers.ChoiceField(ExportFormat.choices)
    rows = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


def export_row(export: ListExport) -> dict[str, Any]:
    return {
        "id": str(export.pk),
        "state": export.state,
        "format": export.format,
        "rows": export.rows,
        "expires_at": moment(export.expires_at),
    }


class Exports(DeskView):
    """Ask for a list as a file; a short one is ready at once."""

    operations = {
        "POST": Operation(
            "exportTickets", "A list as a file", ExportRow, 201, NewExport, roles=STAFF_ROLES
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        try:
            export = exports.ask_for_export(
                given["query"], format=given["format"], actor=request.user
            )
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from error
        listing = Listing(export.query, reader=request.user)
        listing.check()
        if exports.is_short(listing):
            exports.write_export(export)
            export.refresh_from_db()
        return Response(export_row(export), status=201)


class OneExport(DeskView):
    """How far a file of one's own is."""

    operations = {
        "GET": Operation("getExport", "How far a file is", ExportRow, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, export_id: uuid.UUID) -> Response:
        export = ListExport.objects.filter(pk=export_id, owner=request.user).first()
        if export is None:
            raise Http404
        return Response(export_row(export))


class ExportedFile(DeskView):
    """The file, until its day is over."""

    operations = {
        "GET": Operation(
            "downloadExport", "The file of a list", ExportRow, roles=STAFF_ROLES, is_file=True
        ),
    }

    def get(self, request: DeskRequest, export_id: uuid.UUID) -> HttpResponseBase:
        return export_file(request._request, export_id, request.user)

"""Answers that carry a list as a file."""

import uuid

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import User
from technicians.choices import ExportFormat, ExportState
from technicians.models import ListExport
from tickets.http import file_response

TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_file(request: HttpRequest, pk: uuid.UUID, owner: User) -> HttpResponseBase:
    """Answer with a finished file of the owner's; raises `Http404` in every other case."""
    ready = ListExport.objects.filter(owner=owner, state=ExportState.DONE)
    export = ready.filter(pk=pk, expires_at__gt=timezone.now()).first()
    if export is None:
        raise Http404
    kind = TYPES[ExportFormat(export.format)]
    return file_response(request, export.stored_as, export.file_name, kind, tag=export.pk.hex)

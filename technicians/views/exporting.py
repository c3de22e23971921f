"""The list as a file: at once where it is short, else from the worker."""

import io
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from technicians import exports
from technicians.choices import ExportFormat
from technicians.http import TYPES, export_file
from technicians.listing import Listing
from technicians.models import ListExport
from technicians.views.ticket_list import list_url


class Export(StaffRequiredMixin, View):
    """POST: the list of `query` as `format`; GET leads to the list."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        return redirect("technicians:ticket-list")

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponseBase:
        query, format = request.POST.get("query", ""), request.POST.get("format", "")
        listing = Listing(query, reader=request.user)
        try:
            listing.check()
            if format not in TYPES:
                raise ValidationError({"format": "Choose CSV or XLSX."})
            if not exports.is_short(listing):
                export = exports.ask_for_export(query, format=format, actor=request.user)
                return redirect("technicians:list-export", export.pk)
        except ValidationError as error:
            context = {"errors": error.messages, "back": list_url(query)}
            return render(request, "technicians/export_refused.html", context, status=422)
        return written_at_once(listing, format)


def written_at_once(listing: Listing, format: str) -> HttpResponseBase:
    """Answer with the file of a short list."""
    if format == ExportFormat.CSV:
        pieces = exports.list_as_csv(listing)
        answer: Any = StreamingHttpResponse(pieces, content_type=TYPES[ExportFormat.CSV])
    else:
        file = io.BytesIO()
        exports.write_xlsx(listing, file)
        file.seek(0)
        answer = FileResponse(file, content_type=TYPES[ExportFormat.XLSX])
    name = f"tickets-{timezone.localdate():%Y-%m-%d}.{format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


class ExportProgress(StaffRequiredMixin, View):
    """GET: how far a file of one's own is."""

    def get(self, request: AuthenticatedHttpRequest, pk: uuid.UUID) -> HttpResponse:
        export = get_object_or_404(ListExport, pk=pk, owner=request.user)
        template = "_export_progress.html" if request.htmx else "export.html"
        context = {"export": export, "back": list_url(export.query), "nav": "tickets"}
        return render(request, f"technicians/{template}", context)


class ExportFile(StaffRequiredMixin, View):
    """GET: the file, for who asked for it, until its day is over."""

    def get(self, request: AuthenticatedHttpRequest, pk: uuid.UUID) -> HttpResponseBase:
        return export_file(request, pk, request.user)

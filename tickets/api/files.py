"""Files by REST: upload, then send them along with a ticket, a reply or a note."""

import hashlib
import json
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.choices import Role
from tickets.api.rows import file_row
from tickets.api.serializers import FileRow
from tickets.file_forms import FILES
from tickets.http import download, readable_file
from tickets.models import Attachment, DeskSettings
from tickets.models.attachment import REASON_LENGTH
from tickets.services import (
    discard_file,
    remove_attachment,
    reserve_name,
    store_file,
    too_large,
)

MULTIPART = "multipart/form-data"


class NewFile(serializers.Serializer):
    """One file, as a form with the field `file` (multipart/form-data)."""

    file = serializers.FileField()


class Discarded(serializers.Serializer):
    deleted = serializers.BooleanField()


class Removal(serializers.Serializer):
    reason = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class FormParser(MultiPartParser):
    """Says of what is no form with files that it is not understood."""


class Files(DeskView):
    """Upload one file; send its `file_id` with a ticket, a reply or a note within a day."""

    operations = {
        "POST": Operation("uploadFile", "Upload a file", FileRow, 201, NewFile),
    }
    parser_classes = [FormParser]
    takes_files = True
    reserved = ""

    def post(self, request: DeskRequest) -> Response:
        file = self.content(request)
        stored = store_file(
            uploader=request.user,
            name=file.name or "",
            content=file,
            reserved=self.reserved,
        )
        return Response(file_row(stored, request.user), status=201)

    def content(self, request: Any) -> UploadedFile:
        """Return the one file of the form; raises 400 for another number, 413 for a larger one."""
        form = request._request
        if form.content_type != MULTIPART:
            raise UnsupportedMediaType(form.content_type)
        files = [*form.FILES.getlist("file"), *form.FILES.getlist(FILES)]
        if refused := getattr(form, "too_large_files", []):
            raise too_large(refused[0], DeskSettings.load())
        if len(files) != 1:
            raise ValidationError({"file": ["Send one file in a form field of this name."]})
        return files[0]

    def body_of(self, request: Request) -> bytes:
        """The fingerprint of the file: it is on the disk, and never in memory as a whole."""
        file = self.content(request)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        # Before the transaction of the answer, so that a killed process leaves no unknown file.
        self.reserved = reserve_name()
        return json.dumps([file.name, digest]).encode()


def known_id(text: str) -> uuid.UUID:
    """Return the id that stands in an address; what is none names nothing: 404."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


class OneFile(DeskView):
    """A file whose message one may see. DELETE: the own upload that was not sent yet."""

    operations = {
        "GET": Operation("downloadFile", "Download a file", FileRow, is_file=True),
        "DELETE": Operation("discardFile", "Throw an own upload away", Discarded),
    }

    def get(self, request: DeskRequest, file_id: str) -> HttpResponseBase:
        file = readable_file(request.user, known_id(file_id))
        return download(request._request, file, request.user)

    def delete(self, request: DeskRequest, file_id: str) -> Response:
        own = Attachment.objects.fresh().filter(uploader=request.user)
        file = get_object_or_404(own, pk=known_id(file_id))
        return Response({"deleted": discard_file(file, actor=request.user)})


class FileRemoval(DeskView):
    """An admin deletes a file that was sent; the timeline says who did it."""

    operations = {
        "POST": Operation(
            "removeFile", "Remove a file for good", FileRow, body=Removal, roles=[Role.ADMIN]
        ),
    }

    def post(self, request: DeskRequest, file_id: str) -> Response:
        sent = Attachment.objects.visible_to(request.user).filter(ticket__isnull=False)
        file = sent.filter(pk=known_id(file_id)).first()
        if file is None:
            raise Http404
        given = self.checked(request)
        removed = remove_attachment(file, actor=request.user, reason=given.get("reason", ""))
        return Response(file_row(removed, request.user))

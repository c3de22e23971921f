"""Answers that carry a stored file: for nobody to run, in pieces, and only to who may have it."""

import re
from typing import Any, BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from accounts.models import User
from tickets import storage
from tickets.file_types import KNOWN, LIVE_TEXT, OTHER_TYPE
from tickets.images import SHOWN_TYPE
from tickets.models import Attachment
from tickets.permissions import can_download, gets_original
from tickets.services import make_image

BLOCK = 65_536
RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
# A type that a browser could bring to life is never told.
TOLD_TYPES = frozenset(KNOWN.values()) - frozenset(LIVE_TEXT.values())
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def readable_file(user: User, pk: Any) -> Attachment:
    """Return the file if `user` may have it now; raises `Http404` in every other case."""
    found = Attachment.objects.visible_to(user).select_related("ticket", "comment")
    attachment = get_object_or_404(found, pk=pk)
    if not can_download(attachment, user):
        raise Http404
    return attachment


def download(request: HttpRequest, attachment: Attachment, user: User) -> HttpResponseBase:
    """Answer with the file, for nobody to run: as an attachment, in a sandbox, never cached.

    An image goes as it came to staff and to its uploader; others get it without its metadata.
    """
    if attachment.is_image and not gets_original(attachment, user):
        ending = storage.SHOWN
        if name := make_image(attachment, ending):
            title = f"{attachment.name.rpartition('.')[0]}.webp"
            return file_response(request, name, title, SHOWN_TYPE, tag=f"{attachment.pk}-shown")
    kind = attachment.content_type if attachment.content_type in TOLD_TYPES else OTHER_TYPE
    return file_response(
        request, attachment.stored_as or "", attachment.name, kind, tag=attachment.sha256
    )


def file_response(
    request: HttpRequest, stored: str, title: str, kind: str, *, tag: str, inline: bool = False
) -> HttpResponseBase:
    """Answer with a stored file or the part that `Range` asks for, in pieces (RFC 9110, 13-14)."""
    try:
        size = storage.size_of(stored)
        etag = quote_etag(tag)
        if _is_known(request, etag):
            return _dress(HttpResponse(status=304), etag, title, inline=inline)
        span = _span(request, size, etag)
        if span is None:
            refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
            return _dress(refused, etag, title, inline=inline)
        file = storage.open_file(stored)
    except FileNotFoundError:
        raise Http404 from None
    first, last = span
    file.seek(first)
    response = FileResponse(Piece(file, last - first + 1), content_type=kind)
    response.block_size = BLOCK
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if (first, last) != (0, size - 1) and size:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _dress(response, etag, title, inline=inline)


def _dress(response: HttpResponseBase, etag: str, title: str, *, inline: bool) -> HttpResponseBase:
    disposition = content_disposition_header(not inline, title)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_store=True)
    return response


def _is_known(request: HttpRequest, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in [tag.removeprefix("W/") for tag in known]


def _span(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Return the first and last byte to send, None where there are no such bytes (416)."""
    whole = (0, size - 1)
    match = RANGE.match(request.headers.get("Range", "").strip())
    wanted = request.headers.get("If-Range", etag).strip()
    if not match or wanted != etag or request.method not in ("GET", "HEAD"):
        return whole
    first, last = match.groups()
    if not first:
        count = int(last[:20] or 0)
        return (max(0, size - count), size - 1) if count and size else None
    begin, end = int(first[:20]), min(int(last[:20] or size), size - 1)
    if last and int(last[:20]) < begin:
        return whole
    return (begin, end) if begin < size else None


class Piece:
    """A part of an open file: what is read ends after `left` bytes."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self.file, self.left = file, left

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        piece = self.file.read(size) if size else b""
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.file.close()

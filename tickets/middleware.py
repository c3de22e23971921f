"""How files come in: onto the disk piece by piece, and no further than the rules allow.

A view that takes files says `takes_files = True`; everywhere else files are read past.
"""

import contextlib
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from tickets import storage
from tickets.guests import admit
from tickets.models import DeskSettings

MULTIPART = "multipart/form-data"
# For the texts of a form and the lines around its files.
BESIDE_FILES = 1_000_000
LINE_ENDS = 256


class NoFiles(FileUploadHandler):
    """Reads past every file."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class IncomingFile(TemporaryUploadedFile):
    """A file on its way in; it is gone when nobody has moved it to the store."""

    def __init__(self, name: str, content_type: str, charset: str | None, extra: Any) -> None:
        folder = storage.incoming_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = NamedTemporaryFile(prefix="upload-", dir=folder)  # noqa: SIM115  closed by Django
        # Past TemporaryUploadedFile, which would choose the folder itself.
        super(TemporaryUploadedFile, self).__init__(file, name, content_type, 0, charset, extra)


class IncomingFiles(FileUploadHandler):
    """Writes files to the disk; notes which were too large, or too many, and reads past those."""

    def __init__(self, request: HttpRequest, *, most_bytes: int, most_files: int) -> None:
        super().__init__(request)
        self.most_bytes, self.most_files, self.count = most_bytes, most_files, 0
        self.current: IncomingFile | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.count > self.most_files:
            self.request.has_too_many_files = True  # type: ignore[union-attr]
            raise SkipFile
        self.current = IncomingFile(
            self.file_name or "", self.content_type or "", self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.current is not None
        if start + len(raw_data) > self.most_bytes:
            self.request.too_large_files.append(self.file_name)  # type: ignore[union-attr]
            self.drop()
            raise SkipFile
        try:
            self.current.write(raw_data)
        except OSError:
            self.drop()
            raise

    def file_complete(self, file_size: int) -> IncomingFile | None:
        file, self.current = self.current, None
        if file is not None:
            file.seek(0)
            file.size = file_size
        return file

    def upload_interrupted(self) -> None:
        self.drop()

    def drop(self) -> None:
        if self.current is not None:
            self.current.close()
            self.current = None


class WholeBody:
    """A body that is read to its last boundary and no further than `limit` bytes.

    `give_up` is called before what is wrong with it is raised.
    """

    def __init__(
        self, stream: Any, boundary: bytes, limit: int, *, give_up: Callable[[], None]
    ) -> None:
        self.stream, self.limit, self.give_up = stream, limit, give_up
        self.end = b"--" + boundary + b"--"
        self.tail, self.count = b"", 0

    def read(self, size: int = -1) -> bytes:
        return self._checked(self.stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._checked(self.stream.readline, size)

    def _checked(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return self._whole(read(size), size)
        except Exception:
            self.give_up()
            raise

    def _whole(self, piece: bytes, size: int) -> bytes:
        self.count += len(piece)
        if self.count > self.limit:
            raise RequestDataTooBig("The body is larger than this address takes.")
        self.tail = (self.tail + piece)[-LINE_ENDS:]
        if not piece and self.end not in self.tail and size != 0:
            # A connection that broke, or a length that lied: half a file is no file.
            raise MultiPartParserError("The upload is not complete.")
        return piece


class UploadMiddleware:
    """Says of each form with files, before anybody reads it, how much of it is read at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.content_type != MULTIPART or request.method not in ("POST", "PUT", "PATCH"):
            return
        if is_api(request) and not takes_files(view):
            return  # it takes JSON, and says so
        if getattr(getattr(view, "view_class", None), "reads_body_itself", False):
            return
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if takes_files(view) and may_send_files(request, view, kwargs):
            desk = DeskSettings.load()
            limit = desk.file_bytes * desk.files_per_message + BESIDE_FILES
            request.upload_handlers = [
                IncomingFiles(
                    request, most_bytes=desk.file_bytes, most_files=desk.files_per_message
                )
            ]
        request.too_large_files = []  # type: ignore[attr-defined]
        request.has_too_many_files = False  # type: ignore[attr-defined]
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit and not is_chunked(request):
            read_nothing(request)
            raise RequestDataTooBig("The body is larger than this address takes.")
        boundary = (request.content_params or {}).get("boundary", "").encode(errors="replace")
        request._stream = WholeBody(
            request._stream, boundary, limit, give_up=lambda: drop_files(request)
        )  # type: ignore[assignment]


def drop_files(request: HttpRequest) -> None:
    """Delete the file that was being read."""
    for handler in request.upload_handlers:
        handler.upload_interrupted()


def takes_files(view: Any) -> bool:
    """Whether the view of a route takes files."""
    kind = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return bool(getattr(kind, "takes_files", False))


def may_send_files(request: HttpRequest, view: Any, address: dict[str, Any]) -> bool:
    """Whether somebody has signed in, or is a guest of the ticket in the address.

    The API asks for the token by itself, before it reads.
    """
    if getattr(getattr(view, "view_class", None), "guests", False):
        admit(request, address["ticket_id"])
    return is_api(request) or request.user.is_authenticated


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def is_chunked(request: HttpRequest) -> bool:
    """Whether the body comes in pieces without a length (`ticketing.bodies` put one there)."""
    encoding: str = request.META.get("HTTP_TRANSFER_ENCODING", "")
    return encoding.strip().lower() == "chunked"


def read_nothing(request: HttpRequest) -> None:
    """Make the form empty, so that no error page reads what was refused."""
    with contextlib.suppress(AttributeError):
        request._post = QueryDict()  # type: ignore[attr-defined]
        request._files = MultiValueDict()  # type: ignore[attr-defined]

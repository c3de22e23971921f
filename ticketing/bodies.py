"""Bodies of requests: who waits for them.

A server of threads stands still when a few clients send half a body and wait. So the server's
many threads only receive, and answer through a few of ours, which alone have connections to the
database. A body that is larger than a form's is read while it is answered, by threads of its own.
"""

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# So many large bodies at once are read, in each process.
LARGE_ONES = 4
# Whether a body broke off stands here: see `ticketing.middleware`.
BROKEN = "desk.broken_body"
# Whether the type that a body was sent as is one that nobody can read.
UNREADABLE = "desk.unreadable_type"
UTF_8 = {"utf-8", "ascii"}
# Django reads as much as there is, up to this; what an address takes is decided there.
UNKNOWN_LENGTH = 2**62


class PatientServer:
    """Receives each body before anything else is done for its request."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.answering = ThreadPoolExecutor(settings.WEB_THREADS, "answer")
        self.uploading = ThreadPoolExecutor(LARGE_ONES, "upload")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        keep_readable(environ)
        threads = self.answering if receive(environ) else self.uploading
        return threads.submit(self._answer, environ, start_response).result()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Return the answer; what is not a file or a stream is complete, with nothing open."""
        response = self.application(environ, start_response)
        if getattr(response, "streaming", False):
            close_old_connections()
            return Streamed(response)
        try:
            return [b"".join(response)]
        finally:
            getattr(response, "close", lambda: None)()


class Streamed:
    """Pieces that the server's thread makes as the client takes them.

    The connection that this took is closed at the end: those threads are many.
    """

    def __init__(self, response: Any) -> None:
        self.response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.response)

    def close(self) -> None:
        self.response.close()
        connections.close_all()


def keep_readable(environ: dict[str, Any]) -> None:
    """Take away a Content-Type that Django stumbles over before it has anybody to tell."""
    if not is_utf8(environ.get("CONTENT_TYPE") or ""):
        environ |= {"CONTENT_TYPE": "", UNREADABLE: True}


def is_utf8(content_type: str) -> bool:
    """Whether text of this type is UTF-8, which it also is where nothing is said.

    Python knows other charsets too: some make of letters what can't be stored, some fail.
    """
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        return codecs.lookup(charset).name in UTF_8
    except (LookupError, ValueError):
        return False


def receive(environ: dict[str, Any]) -> bool:
    """Read a body of a form's size into `environ`; return False for a larger one, left unread.

    Of a body in chunks no more is read than Django accepts and one byte: for what is longer it
    answers 413. A form with files in chunks is left to `tickets.middleware`, which reads it piece
    by piece, as far as it may. A body that breaks off is left out, and `environ` says so.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = environ.get("CONTENT_LENGTH") or ""
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
    if chunked and environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data"):
        environ["CONTENT_LENGTH"] = str(UNKNOWN_LENGTH)
        return False
    if not chunked and not length.isdigit():
        return True
    if not chunked and int(length) > limit:
        return False
    body = environ["wsgi.input"].read(limit + 1 if chunked else int(length))
    if not chunked and len(body) < int(length):
        environ[BROKEN], body = True, b""
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    return True

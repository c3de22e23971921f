"""The virus scanner that an operator may have: clamd, asked by its INSTREAM command."""

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 60
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner can't be asked now, or did not look at the file."""


def is_scanning() -> bool:
    """Whether files wait for a scanner before anybody else gets them."""
    return bool(settings.CLAMAV_URL)


def find_virus(file: BinaryIO) -> str:
    """Return what the scanner calls the file, empty where it finds nothing; raises `ScannerAway`.

    The file goes over in pieces. One that clamd refuses for its size (`StreamMaxLength`) was not
    checked, so it is no clean file either.
    """
    try:
        with _connected() as there:
            answer = _ask(there, file)
    except OSError as error:
        raise ScannerAway(f"{type(error).__name__}: {error}") from error
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND") or "a virus"
    raise ScannerAway(f"an answer that says nothing: {answer!r:.200}")


def _connected() -> socket.socket:
    where = urlsplit(settings.CLAMAV_URL)
    if where.scheme != "unix":
        return socket.create_connection(
            (where.hostname or "127.0.0.1", where.port or 3310), SECONDS
        )
    there = socket.socket(socket.AF_UNIX)
    there.settimeout(SECONDS)
    try:
        there.connect(where.path)
    except OSError:
        there.close()
        raise
    return there


def _ask(there: socket.socket, file: BinaryIO) -> str:
    """Send the file in pieces that begin with their length, the last empty; return the answer."""
    there.sendall(b"zINSTREAM\0")
    try:
        while piece := file.read(PIECE):
            there.sendall(struct.pack("!L", len(piece)) + piece)
        there.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # clamd stops reading at its limit and says so
    with there.makefile("rb") as answers:
        answer = answers.read(LONGEST_ANSWER)
    return answer.partition(b"\0")[0].decode(errors="replace").strip()

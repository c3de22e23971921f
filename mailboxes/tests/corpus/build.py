"""Builds messages byte by byte: the library's own writer would mend what is to be broken."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

PIXEL = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


@dataclass(frozen=True)
class Case:
    """A message and what it must give.

    `has` and `lacks` are about `text`, `text` is the whole of it; other keys are attributes of
    the parsed mail ("sender.email"), `files` the names of its attachments, `kind` that of
    `automatic`, "none" unless said.
    """

    name: str
    raw: bytes
    expected: dict[str, Any]


def to_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def mail(
    body: str | bytes = "Hello.",
    *,
    fields: str | bytes = "",
    subject: str = "Printer",
    content_type: str = "text/plain; charset=utf-8",
    encoding: str = "8bit",
    sender: str = "Ann Lee <ann@example.org>",
    reply: bool = False,
) -> bytes:
    lines = [
        f"From: {sender}".encode(),
        b"To: support@desk.example",
        b"Message-ID: <m1@example.org>",
        b"Date: Mon, 15 Jan 2024 10:00:00 +0100",
        f"Subject: {'Re: ' if reply else ''}{subject}".encode(),
        b"MIME-Version: 1.0",
        f"Content-Type: {content_type}".encode(),
        f"Content-Transfer-Encoding: {encoding}".encode(),
    ]
    if reply:
        lines.append(b"In-Reply-To: <ours@desk.example>")
    lines += to_bytes(fields).split(b"\n") if fields else []
    return b"\r\n".join(lines) + b"\r\n\r\n" + to_bytes(body)


def part(
    content_type: str, body: str | bytes = "", *, fields: str = "", base64: bool = False
) -> bytes:
    data = to_bytes(body)
    lines = [f"Content-Type: {content_type}".encode()] if content_type else []
    lines += [fields.encode()] if fields else []
    if base64:
        lines.append(b"Content-Transfer-Encoding: base64")
        data = b64encode(data)
    return b"\r\n".join(lines) + b"\r\n\r\n" + data


def multipart(kind: str, *parts: bytes, boundary: str = "=_b", end: bool = True) -> bytes:
    """Return a multipart with its header, to stand in another one."""
    body = b"".join(f"--{boundary}\r\n".encode() + one + b"\r\n" for one in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        + body
        + (f"--{boundary}--\r\n".encode() if end else b"")
    )


def mixed(*parts: bytes, kind: str = "mixed", **options: Any) -> bytes:
    """Return a whole message of several parts."""
    whole = multipart(
        kind, *parts, boundary=options.pop("boundary", "=_m"), end=options.pop("end", True)
    )
    head, _, body = whole.partition(b"\r\n\r\n")
    return mail(body, content_type=head.decode().removeprefix("Content-Type: "), **options)


def page(html: str, **options: Any) -> bytes:
    return mail(html, content_type="text/html; charset=utf-8", **options)

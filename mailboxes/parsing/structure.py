"""The parts of a message, found by their boundaries without copying it. Never raises.

The tree is built with a stack of its own: a message that nests a thousand levels deep costs no more
than its length. What is inside an attached message is not looked at.
"""

import re
from dataclasses import dataclass, field

from mailboxes.parsing import headers, limits
from mailboxes.parsing.headers import Headers
from mailboxes.parsing.parsed import Notes

CONTENT_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}\Z", re.ASCII)
GUESSED_BOUNDARY = re.compile(rb"\s*--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n(?=[!-9;-~]+:)")
TOO_MANY = f"It has more than {limits.PARTS} parts; the rest was not read."
TOO_DEEP = f"Its parts are nested more than {limits.DEPTH} levels deep; the rest was not read."
NO_PARTS = "It says that it has parts, and has none; it was read as text."
LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*")


@dataclass(slots=True)
class Part:
    """One part: its header, and where its body stands in the raw message."""

    headers: Headers
    start: int
    end: int
    depth: int
    content_type: str
    parameters: dict[str, str]
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    def body(self, raw: bytes, most: int | None = None) -> bytes:
        """Return the body as it stands in the message, at most its first `most` bytes."""
        end = self.end if most is None else min(self.end, self.start + most)
        return raw[self.start : end]


def read_structure(raw: bytes, end: int, notes: Notes) -> Part:
    """Return the message as a tree of parts, within the limits."""
    begin = LEADING.match(raw, 0, min(end, 10_000))
    root = _part(raw, begin.end() if begin else 0, end, 0, limits.HEADER_BYTES)
    waiting, count = [root], 1
    while waiting:
        part = waiting.pop()
        if not part.is_multipart:
            continue
        if part.depth >= limits.DEPTH:
            notes.doubt(TOO_DEEP)
            part.content_type = "application/octet-stream"
            continue
        spans = _spans(raw, part, limits.PARTS - count + 1)
        if len(spans) > limits.PARTS - count:
            notes.doubt(TOO_MANY)
            spans = spans[: limits.PARTS - count]
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        part.children = [
            _part(raw, start, stop, part.depth + 1, limits.PART_HEADER_BYTES, default)
            for start, stop in spans
        ]
        count += len(spans)
        if not spans and part.end > part.start:
            notes.problem(NO_PARTS)
            part.content_type = "text/plain"
        waiting.extend(reversed(part.children))
    return root


def _part(
    raw: bytes, start: int, end: int, depth: int, most: int, default: str = "text/plain"
) -> Part:
    fields, body = headers.read_headers(raw, start, end, most)
    value = fields.get("content-type")
    content_type, parameters = headers.parameters(value) if value else (default, {})
    if not CONTENT_TYPE.match(content_type):
        content_type = {"text": "text/plain", "html": "text/html"}.get(content_type, default)
    return Part(fields, body, end, depth, content_type, parameters)


def _spans(raw: bytes, part: Part, most: int) -> list[tuple[int, int]]:
    """Return where the parts of a multipart begin and end; at most `most` of them."""
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    if not boundary or len(boundary) > 500:
        guess = GUESSED_BOUNDARY.match(raw, part.start, min(part.end, part.start + 10_000))
        if guess is None:
            return []
        boundary = guess[1]
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    delimiter, position = b"--" + boundary, part.start
    while len(spans) < most:
        at = raw.find(delimiter, position, part.end)
        if at < 0:
            break
        position = at + len(delimiter)
        line_end = _delimiter_end(raw, part, at, position)
        if line_end is None:
            continue
        if opened is not None:
            spans.append((opened, _before_newline(raw, opened, at)))
        is_last = raw.startswith(b"--", position)
        opened = None if is_last else line_end
        position = line_end
    if opened is not None and len(spans) < most and opened < part.end:
        spans.append((opened, part.end))  # the end is missing
    return spans


def _delimiter_end(raw: bytes, part: Part, at: int, after: int) -> int | None:
    """Return where the line ends, None if it is no delimiter: only blanks may follow it."""
    if at > part.start and raw[at - 1] not in b"\r\n":
        return None
    if raw.startswith(b"--", after):
        after += 2
    newline = raw.find(b"\n", after, min(part.end, after + 200))
    stop = newline if newline >= 0 else min(part.end, after + 200)
    if raw[after:stop].strip():
        return None
    return newline + 1 if newline >= 0 else part.end


def _before_newline(raw: bytes, start: int, at: int) -> int:
    """The line break before a delimiter belongs to it."""
    if at > start and raw[at - 1] == 0x0A:
        at -= 1
    if at > start and raw[at - 1] == 0x0D:
        at -= 1
    return at

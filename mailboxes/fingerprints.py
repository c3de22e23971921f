"""Which messages are copies of one, told from raw bytes, whatever is wrong with them.

Mail servers add to the top of a message on each way that it takes. What its author's program wrote
stays: the id, sender, date and subject, and the body to the last byte.
"""

import hashlib
import re
from typing import BinaryIO

HEADER_BYTES = 512_000
CHUNK = 1_000_000
NAMED = re.compile(
    rb"^(message-id|from|date|subject)[ \t]*:((?:.*(?:\r?\n[ \t].*)*))",
    re.IGNORECASE | re.MULTILINE,
)
END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
BLANKS = re.compile(rb"\s+")


def fingerprint(content: BinaryIO) -> str:
    """Return 64 hexadecimal digits; reads the file to its end and goes back to its beginning."""
    content.seek(0)
    start = content.read(HEADER_BYTES)
    end = END_OF_HEADER.search(start)
    header, rest = (start[: end.start()], start[end.end() :]) if end else (start, b"")
    said = sorted(
        (name.lower(), BLANKS.sub(b" ", value).strip()) for name, value in NAMED.findall(header)
    )
    digest = hashlib.sha256(b"\x00".join(name + b":" + value for name, value in said) + b"\x01")
    if not end:
        digest.update(header)
    # Line ends differ between doors.
    digest.update(rest.replace(b"\r", b""))
    while chunk := content.read(CHUNK):
        digest.update(chunk.replace(b"\r", b""))
    content.seek(0)
    return digest.hexdigest()

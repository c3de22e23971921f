"""Delivery reports: which mail did not reach whom (RFC 3464, and servers that write prose)."""

import re
from collections.abc import Iterator

from mailboxes.parsing import headers as reading
from mailboxes.parsing import limits, transfer
from mailboxes.parsing.addresses import MESSAGE_ID, read_email
from mailboxes.parsing.headers import Headers
from mailboxes.parsing.parsed import Bounce, FailedRecipient
from mailboxes.parsing.structure import Part

REPORT_BYTES = 200_000
MOST_RECIPIENTS = 100
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d[ -]")
ADDRESS = re.compile(
    r"(?:^|[\s<:\"'])([^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,190})", re.MULTILINE
)
ORIGINAL_ID = re.compile(
    r"^[> ]{0,10}Message-ID:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE
)
DELAYED = re.compile(
    r"\b(?:delayed|delay|will (?:be retried|retry)|still trying|not yet|verzögert)\b", re.IGNORECASE
)
EXPLANATION_LENGTH = 500


def read_bounce(raw: bytes, root: Part, text: str) -> Bounce:
    """Return what a delivery report says. `text` is its part for people."""
    recipients: dict[str, FailedRecipient] = {}
    original = ""
    for part in _parts(root):
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            for recipient in _recipients(_content(raw, part)):
                recipients.setdefault(recipient.email.lower(), recipient)
        elif part.content_type in ORIGINALS and not original:
            original = _message_id(_content(raw, part))
    if not recipients:
        for recipient in _by_prose(root.headers, text):
            recipients.setdefault(recipient.email.lower(), recipient)
    if not original:
        found = ORIGINAL_ID.search(text[:REPORT_BYTES])
        original = found[1] if found else ""
    return Bounce(tuple(recipients.values())[:MOST_RECIPIENTS], original)


def _parts(root: Part) -> Iterator[Part]:
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.children))


def _content(raw: bytes, part: Part) -> bytes:
    body = part.body(raw, REPORT_BYTES)
    return transfer.decode(body, part.headers.get("content-transfer-encoding"))[0]


def _message_id(message: bytes) -> str:
    fields, _ = reading.read_headers(message, 0, len(message), limits.HEADER_BYTES)
    found = MESSAGE_ID.search(fields.get("message-id"))
    return found[0] if found else ""


def _recipients(report: bytes) -> Iterator[FailedRecipient]:
    """Yield the groups of fields behind the first one, which is about the mail as a whole."""
    position, count = 0, 0
    while position < len(report) and count < MOST_RECIPIENTS:
        fields, following = reading.read_headers(report, position, len(report), REPORT_BYTES)
        position = max(following, position + 1)
        named = fields.get("original-recipient"), fields.get("final-recipient")
        emails = [read_email(value.partition(";")[2] or value) for value in named if value]
        email = next((email for email in emails if email), "")
        if not email:
            continue
        count += 1
        action = (fields.get("action").split() or [""])[0].lower().strip(";")
        status = STATUS.search(fields.get("status"))
        diagnosis = reading.decode_words(fields.get("diagnostic-code").partition(";")[2])
        yield FailedRecipient(
            email,
            action if action in ACTIONS else "failed",
            status[1] if status else "",
            diagnosis[:EXPLANATION_LENGTH],
        )


def _by_prose(headers: Headers, text: str) -> Iterator[FailedRecipient]:
    """Read a report that is written for people only: status codes beside addresses."""
    text = text[:20_000]
    own_lines = re.split(
        r"(?:original message|copy of (?:the|your) message|returned message)",
        text,
        maxsplit=1,
        flags=re.IGNORECASE,
    )[0]
    named = headers.get("x-failed-recipients") or own_lines
    status = STATUS.search(own_lines)
    code = REPLY_CODE.search(own_lines)
    is_delay = bool(
        DELAYED.search(reading.decode_words(headers.get("subject")) + own_lines[:2_000])
    )
    action = "delayed" if is_delay and not (status and status[1].startswith("5")) else "failed"
    first = status[1] if status else (f"{code[1]}.0.0" if code else "")
    own = {read_email(value) for value in (headers.get("from"), headers.get("to"))}
    for match in list(ADDRESS.finditer(named))[:MOST_RECIPIENTS]:
        email = read_email(match[1].rstrip(".>"))
        if (
            email
            and email not in own
            and not email.lower().startswith(("mailer-daemon@", "postmaster@"))
        ):
            yield FailedRecipient(
                email, action, first, reading.plain(own_lines)[:EXPLANATION_LENGTH]
            )

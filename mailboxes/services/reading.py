"""Reading a stored message."""

from django.conf import settings

from mailboxes.models import InboundMail
from mailboxes.parsing import ParsedMail, Unparsable, parse_message
from tickets import storage

# What is beyond is not read; the parser says so, and a person looks at it.
MOST_BYTES = 41_000_000


class NotKept(Exception):
    """The content was deleted by its age."""


def raw_of(row: InboundMail, limit: int = -1) -> bytes:
    """Return the bytes as they came; raises `NotKept`."""
    if not row.stored_as:
        raise NotKept
    try:
        with storage.open_file(row.stored_as) as file:
            return file.read(limit)
    except FileNotFoundError as error:
        raise NotKept from error


def read(row: InboundMail) -> ParsedMail:
    """Return what the message says; bytes that are no message say nothing, with a doubt."""
    trusted = settings.INBOUND_TRUSTED_SERVERS
    if row.mailbox is not None:
        trusted = [row.mailbox.trusted_server] if row.mailbox.trusted_server else []
    try:
        return parse_message(raw_of(row, MOST_BYTES), trusted_hosts=trusted)
    except Unparsable as error:
        return ParsedMail(doubts=(str(error),))

"""Reads messages: raw bytes to a `ParsedMail`, without a database and within stated limits."""

from mailboxes.parsing.message import parse_message
from mailboxes.parsing.pages import shown_page
from mailboxes.parsing.parsed import (
    Address,
    Authentication,
    Automatic,
    AutomaticKind,
    Bounce,
    FailedRecipient,
    File,
    ParsedMail,
    Unparsable,
)

__all__ = [
    "Address",
    "Authentication",
    "Automatic",
    "AutomaticKind",
    "Bounce",
    "FailedRecipient",
    "File",
    "ParsedMail",
    "Unparsable",
    "parse_message",
    "shown_page",
]

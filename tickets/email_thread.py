"""The thread of mails about a ticket: which token an outgoing mail carries, and what one says.

A token names a ticket, the person whom the mail went to, when it was written, and what an answer
to it is: a reply, or (to a mail about internal notes) a note. It is signed for all of that. It
says nothing about what that person may do now: whoever reads it asks the database again, and
compares the sender. Pure functions: nothing here reads the database.

A token stands in the Reply-To (`support+TOKEN@example.com`, RFC 5233) and in the Message-ID, so
that it comes back in To, In-Reply-To or References. Mail programs and servers change the case of
addresses, so a token has none.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.numbers import number_of
from tickets.models.ticket import TICKET_PREFIX

SALT = "tickets.email-thread"
REPLY, NOTE = "r", "n"
LIFETIME = timedelta(days=730)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MAC_LENGTH = 20  # 100 bits
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SHAPE = rf"[rn][0-9a-z]{{1,13}}-[0-9a-z]{{1,13}}-[0-9a-z]{{1,8}}-[a-z2-7]{{{MAC_LENGTH}}}"
TOKEN = re.compile(rf"(?<![0-9a-z]){SHAPE}(?![0-9a-z])", re.IGNORECASE)
OWN_LINK = re.compile(
    rf"({re.escape(settings.SITE_URL.rstrip('/'))})/[^\s<>\"')\]]+", re.IGNORECASE
)
LOCAL_PART = re.compile(r"\A(?P<box>[^+@]+)\+(?P<token>[^+@]+)\Z")
MESSAGE_ID = re.compile(rf"\A<?(?P<unique>[0-9a-f]{{20}})\.(?P<token>{SHAPE})@(?P<host>[^@>]+)>?\Z")
ROOT_ID = re.compile(r"\A<?(?P<number>tkt\d{4,18})@(?P<host>[^@>]+)>?\Z")
# In a subject, where people and mail programs keep it: "Re: Printer [TKT0042]".
SUBJECT_NUMBER = re.compile(r"(?<![0-9A-Za-z])(TKT\d{4,18})(?![0-9A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """What a genuine token says; `issued_at` is in UTC, of whole seconds."""

    ticket: int
    user: int
    issued_at: datetime
    kind: str = REPLY

    @property
    def is_note(self) -> bool:
        return self.kind == NOTE


def write_token(token: Token) -> str:
    """Return the token as it stands in addresses and ids: lower case, at most 60 characters."""
    seconds = int((token.issued_at - EPOCH).total_seconds())
    said = f"{token.kind}{_base36(token.ticket)}-{_base36(token.user)}-{_base36(seconds)}"
    return f"{said}-{_mac(said)}"


def read_token(text: str) -> Token | None:
    """Return what the token says if we wrote it, whatever its age, or None."""
    lowered = text.lower()
    if not re.fullmatch(SHAPE, lowered):
        return None
    said, _, mac = lowered.rpartition("-")
    if not constant_time_compare(mac, _mac(said)):
        return None
    ticket, user, seconds = (int(part, 36) for part in said[1:].split("-"))
    return Token(ticket, user, EPOCH + timedelta(seconds=seconds), said[0])


def is_expired(token: Token, now: datetime) -> bool:
    """Whether the mail was written too long ago (730 days), or in a future of more than a day."""
    return not now - LIFETIME <= token.issued_at <= now + timedelta(days=1)


def reply_address(address: str, token: str) -> str:
    """Return the address that brings an answer back with its token."""
    local, _, host = address.rpartition("@")
    return f"{local}+{token}@{host}"


def box_of(address: str) -> str:
    """Return the address without what stands behind its plus sign, in lower case."""
    local, _, host = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def without_secrets(text: str) -> str:
    """Return what a mail repeats of ours without what only its recipient may have.

    Links to this desk open tickets and answer questions in their name; tokens answer as them.
    """
    lines = OWN_LINK.sub(lambda found: f"{found[1]}/…", text)
    return TOKEN.sub("…", lines)


def tokens_in_addresses(addresses: Iterable[str], own: Iterable[str]) -> Iterator[str]:
    """Yield what stands behind the plus sign of addresses that are ours, in lower case."""
    boxes = {box_of(address) for address in own}
    for address in addresses:
        if box_of(address) in boxes:
            match = LOCAL_PART.match(address.lower().rpartition("@")[0])
            if match:
                yield match["token"]


def tokens_in_ids(ids: Iterable[str], host: str) -> Iterator[str]:
    """Yield the tokens of Message-IDs that look like ours, in the order given."""
    for text in ids:
        match = MESSAGE_ID.match(text.strip().lower())
        if match and match["host"] == host.lower():
            yield match["token"]


def numbers_in_ids(ids: Iterable[str], host: str) -> Iterator[int]:
    """Yield the numbers of tickets whose whole thread the ids name; anybody can write those."""
    for text in ids:
        match = ROOT_ID.match(text.strip().lower())
        number = match and number_of(TICKET_PREFIX, match["number"].upper())
        if match and number and match["host"] == host.lower():
            yield number


def numbers_in_subject(subject: str) -> Iterator[int]:
    """Yield the ticket numbers that a subject names; anybody can write those."""
    for said in SUBJECT_NUMBER.findall(subject):
        number = number_of(TICKET_PREFIX, said.upper())
        if number:
            yield number


def _mac(said: str) -> str:
    digest = salted_hmac(SALT, said, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:MAC_LENGTH]


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
        if not number:
            return digits

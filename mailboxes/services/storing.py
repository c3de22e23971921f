"""Taking a message in: raw bytes first, then the row, then nothing more."""

import contextlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import EMAIL_LENGTH
from mailboxes.choices import Outcome, Source
from mailboxes.fingerprints import fingerprint
from mailboxes.models import InboundMail, Mailbox
from tickets import storage
from tickets.models import DoomedFile

FOLDER = "mail"
STORING_HOURS = 1
SEEN_BEFORE = "The same message was received before."


@dataclass(frozen=True)
class Place:
    """Where in a mailbox a message lies."""

    mailbox: Mailbox
    uidvalidity: int
    uid: int


def receive(
    content: BinaryIO, *, source: Source, place: Place | None = None, recipient: str = ""
) -> InboundMail:
    """Store a message and commit it; return its row of the ledger.

    `recipient` is whom the mail server handed it to, if it says so. A message that is there
    already (from the same place, or a copy of it by any door) gets no second outcome. Raises
    `StorageAway` and `DatabaseError`; then nothing is left, and whoever brought it keeps it.
    """
    known = at_place(place)
    if known is not None:
        return known
    row = InboundMail(source=source, recipient=recipient[:EMAIL_LENGTH])
    row.fingerprint, row.size = fingerprint(content), content.seek(0, 2)
    content.seek(0)
    if place is not None:
        row.mailbox, row.uidvalidity, row.uid = place.mailbox, place.uidvalidity, place.uid
    original = original_of(row)
    if original is not None:
        return original if _is_repeated(row, original) else _store_copy(row, place)
    # Doomed until its row is there: a process that is killed in between leaves nothing for good.
    name = new_name()
    soon = timezone.now() + timedelta(hours=STORING_HOURS)
    DoomedFile.objects.create(name=name, due_at=soon)
    storage.store(name, File(content))
    row.stored_as = name
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            DoomedFile.objects.filter(name=name).delete()
    except IntegrityError:
        drop_raw(name)
        row.stored_as = None
        original = original_of(row)
        if original is not None and _is_repeated(row, original):
            return original
        return _store_copy(row, place)
    return row


def _is_repeated(row: InboundMail, original: InboundMail) -> bool:
    """Whether a provider posts a message again, as it does until it hears that we have it."""
    return row.source == original.source == Source.WEBHOOK


def at_place(place: Place | None) -> InboundMail | None:
    """Return what was read from that place before."""
    if place is None:
        return None
    rows = InboundMail.objects.filter(mailbox=place.mailbox, uid=place.uid)
    return rows.filter(uidvalidity=place.uidvalidity).first()


def original_of(row: InboundMail) -> InboundMail | None:
    return InboundMail.objects.filter(fingerprint=row.fingerprint, copy_of=None).first()


def _store_copy(row: InboundMail, place: Place | None) -> InboundMail:
    """Write down that the message came once more."""
    row.pk, row.copy_of = None, original_of(row)
    row.outcome, row.decided_at = Outcome.IGNORED, timezone.now()
    row.reason = row.trace = SEEN_BEFORE
    if row.copy_of is not None:
        row.sender, row.subject = row.copy_of.sender, row.copy_of.subject
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another worker read the same place
        known = at_place(place)
        if known is None:
            raise
        return known
    return row


def new_name() -> str:
    """Return a name that tells nothing and that nobody can guess."""
    word = secrets.token_hex(20)
    return f"{FOLDER}/{word[:2]}/{word[2:4]}/{word}"


def drop_raw(name: str) -> None:
    """Remove a stored message now; what can't be removed now goes with the periodic job."""
    with contextlib.suppress(Exception):
        storage.delete(name)
        DoomedFile.objects.filter(name=name).delete()

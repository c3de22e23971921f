"""Reading mailboxes: each message once, by the numbers that the server gives them.

A folder's UIDVALIDITY and a message's UID name it for good. A message is stored and committed
before the mailbox's row says that it was read, so a worker that dies reads it again, to the same
row. Where the server numbers its folder anew, everything is read once more; copies are known.
"""

import io
import logging
import time
from datetime import date, timedelta

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from mailboxes.choices import Source
from mailboxes.imap import Folder, ImapFault
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretLost
from mailboxes.services.storing import Place, receive
from mailboxes.services.tokens import opened_mailbox

logger = logging.getLogger("desk.mail")
A_ROUND = 200
# A slow server doesn't keep the other mailboxes waiting for longer.
MOST_SECONDS = 60
MOST_GAPS = 20


def fetch_all() -> int:
    """Read every active mailbox; one that can't be read doesn't stop the others."""
    count = 0
    for mailbox in Mailbox.objects.filter(is_active=True):
        try:
            count += fetch(mailbox)
        except (ImapFault, SecretLost) as fault:
            Mailbox.objects.filter(pk=mailbox.pk).update(last_error=str(fault)[:500])
            logger.error("mailbox not read", extra={"mailbox": mailbox.pk, "error": str(fault)})
    return count


def fetch(mailbox: Mailbox, limit: int = A_ROUND) -> int:
    """Take in at most `limit` new messages; return how many were read.

    Raises `ImapFault`, `SecretLost`, `StorageAway`, `DatabaseError`; what was read until then is
    kept.
    """
    started = time.monotonic()
    with opened_mailbox(mailbox) as folder:
        since = _begin(mailbox, folder)
        uids = folder.uids(mailbox.last_uid, since=since)
        if since is None and mailbox.last_uid:
            _report_gaps(mailbox, uids, folder.uidnext)
        taken = 0
        for uid in uids[:limit]:
            if time.monotonic() - started > MOST_SECONDS:
                break
            raw = folder.raw(uid)
            if raw is None:
                _note_gap(mailbox, f"Message {uid} was gone, or is larger than 100 MB.")
            else:
                place = Place(mailbox, folder.uidvalidity, uid)
                receive(io.BytesIO(raw), source=Source.IMAP, place=place)
            _advance(mailbox, folder, uid)
            taken += 1
        if taken == len(uids):
            _advance(mailbox, folder, folder.uidnext - 1)
    Mailbox.objects.filter(pk=mailbox.pk).update(last_read_at=timezone.now(), last_error="")
    return taken


def _begin(mailbox: Mailbox, folder: Folder) -> date | None:
    """Start where reading ended; return since when messages count, None: all above that.

    At the first look older messages are left alone, unless they are wanted; after a renumbering
    those that arrived before the first look.
    """
    if mailbox.uidvalidity == folder.uidvalidity:
        return None
    is_first = mailbox.uidvalidity is None
    mailbox.uidvalidity, mailbox.last_uid = folder.uidvalidity, 0
    if is_first:
        mailbox.first_read_at = timezone.now()
        mailbox.last_uid = 0 if mailbox.takes_older else folder.uidnext - 1
    else:
        _note_gap(mailbox, "The server numbered the folder anew: all of it is read again.")
    fields = ["uidvalidity", "last_uid", "first_read_at"]
    mailbox.save(update_fields=fields)
    if is_first or mailbox.takes_older or mailbox.first_read_at is None:
        return None
    return (mailbox.first_read_at - timedelta(days=1)).date()


def _advance(mailbox: Mailbox, folder: Folder, uid: int) -> None:
    rows = Mailbox.objects.filter(pk=mailbox.pk, uidvalidity=folder.uidvalidity)
    rows.update(last_uid=Greatest(F("last_uid"), uid))


def _report_gaps(mailbox: Mailbox, uids: list[int], uidnext: int) -> None:
    """Say which messages came and went between two looks: another program took them away."""
    missing = sorted(set(range(mailbox.last_uid + 1, uidnext)) - set(uids))
    if missing:
        many = f"{missing[0]} to {missing[-1]}" if len(missing) > 1 else str(missing[0])
        _note_gap(mailbox, f"{len(missing)} gone before they were read (among {many}).")


def _note_gap(mailbox: Mailbox, sentence: str) -> None:
    lines = [f"{timezone.now():%Y-%m-%d %H:%M} UTC: {sentence}", *mailbox.gaps.splitlines()]
    mailbox.gaps = "\n".join(lines[:MOST_GAPS])
    Mailbox.objects.filter(pk=mailbox.pk).update(gaps=mailbox.gaps)
    logger.warning("mailbox has a gap", extra={"mailbox": mailbox.pk})

"""Reports of mail servers about mails of ours (RFC 3464)."""

from typing import Any

from accounts.models import User
from accounts.services import note_address_fault
from mailboxes.parsing import FailedRecipient, ParsedMail
from mailboxes.services.gathering import own_addresses
from notifications.threads import domain
from tickets.choices import EventType
from tickets.email_thread import Token, read_token, tokens_in_addresses, tokens_in_ids
from tickets.models import Ticket
from tickets.services import note_mail


def note_bounce(mail: ParsedMail) -> Ticket | None:
    """Tie the report to the mail that it is about; return that mail's ticket.

    Anybody can write a report. It counts only where it brings the token of a mail that we sent,
    and then about that mail's recipient only. A permanent failure marks the address.
    """
    token = _token(mail)
    ticket = Ticket.objects.filter(pk=token.ticket).first() if token else None
    person = User.objects.present().filter(pk=token.user).first() if token else None
    if ticket is None or person is None:
        return None
    failed = _about(mail, person)
    words = _words(failed)
    changes: dict[str, Any] = {"mail": [person.email, words]}
    if failed is not None and failed.permanent:
        note_address_fault(person, reason=words)
        changes["for_good"] = True
    note_mail(ticket, EventType.MAIL_BOUNCED, changes=changes)
    return ticket


def _token(mail: ParsedMail) -> Token | None:
    original = mail.bounce.original_message_id if mail.bounce else ""
    ids = (original, *mail.in_reply_to, *reversed(mail.references))
    named = [address.email for address in mail.to]
    tokens = (
        *tokens_in_ids(ids, domain()),
        *tokens_in_addresses([*named, *mail.delivered_to], own_addresses()),
    )
    return next((token for token in map(read_token, tokens) if token), None)


def _about(mail: ParsedMail, person: User) -> FailedRecipient | None:
    for recipient in mail.bounce.recipients if mail.bounce else ():
        if User.objects.normalize_email(recipient.email) == person.email:
            return recipient
    return None


def _words(failed: FailedRecipient | None) -> str:
    if failed is None:
        return "The report doesn't say what is wrong."
    kept = " ".join(f"{failed.action} {failed.status} {failed.explanation}".split())
    return kept[:300]

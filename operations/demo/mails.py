"""The demo's ledger of incoming mail: a few of each outcome, and one that waits to be released.

Those that change nothing take the road of every mail. Those that became tickets and replies are
written beside what is there already, so that nobody gets a receipt.
"""

import io
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from mailboxes.choices import Outcome, Source
from mailboxes.decisions import Action, Claim, Facts, Part, Sender, decide
from mailboxes.models import InboundMail
from mailboxes.services import process_now, receive
from mailboxes.services.processing import give_up
from tickets.choices import Channel, Visibility
from tickets.email_thread import reply_address
from tickets.models import Comment, Ticket

FAULT = "It could not be read: its storage was away three times."
# Subject, text, further headers of mails that change nothing, in the order in which they came.
KEPT: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Automatic reply: Out of office", "I am back on Monday.", {"Auto-Submitted": "auto-replied"}),
    ("Weekly digest", "Twelve new messages.", {"List-Id": "<news.example.org>"}),
    ("Undelivered Mail Returned to Sender", "I could not deliver it.", {"Return-Path": "<>"}),
)


def fill_ledger() -> None:
    """Add the mails to a desk with tickets that has none yet."""
    if InboundMail.objects.exists():
        return
    replies = Comment.objects.filter(visibility=Visibility.PUBLIC, author__role=Role.CUSTOMER)
    replies = replies.filter(withdrawn_at=None).select_related("author")
    tickets = Ticket.objects.present().filter(merged_into=None, comments__in=replies)
    newest = list(tickets.select_related("customer").distinct().order_by("-number")[:3])
    if not newest:
        return
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in newest]).update(channel=Channel.EMAIL)
    for ticket in newest:
        _became(ticket, None, ticket.customer, ticket.raised_at)
    for comment in replies.filter(ticket__in=newest).order_by("-id")[:3]:
        ticket = next(ticket for ticket in newest if ticket.pk == comment.ticket_id)
        _became(ticket, comment, comment.author, comment.created_at)
    _kept(newest[0])
    _waiting(newest[0])


def _became(ticket: Ticket, comment: Comment | None, author: User, at: Any) -> None:
    """Write the mail that the description or a reply came as, decided as the desk decides."""
    facts = Facts(sender=Sender.CUSTOMER)
    if comment is not None:
        facts = Facts(
            sender=Sender.CUSTOMER,
            claim=Claim.TOKEN,
            where="in To or Cc",
            sent_to_sender=True,
            ticket=ticket.ticket_id,
            part=Part.REPLY,
        )
    decision = decide(facts)
    is_reply = decision.action == Action.REPLY
    subject = f"Re: {ticket.subject}" if is_reply else ticket.subject
    row = _arrived(author, subject, comment.body if comment else ticket.description, at)
    InboundMail.objects.filter(pk=row.pk).update(
        outcome=Outcome.REPLY if is_reply else Outcome.TICKET,
        sender=author.email,
        subject=subject[:250],
        reason=decision.reason,
        trace="\n".join(decision.trace),
        ticket=ticket,
        comment=comment,
        attempts=1,
        decided_at=at,
    )


def _kept(ticket: Ticket) -> None:
    """Bring in what programs wrote, and one that the desk could not read."""
    for hours, (subject, text, headers) in enumerate(KEPT, start=3):
        _settle(ticket.customer, subject, text, hours, headers.items())
    row = _arrived(ticket.customer, "Scanned contract", "See the file.", _ago(7))
    with _silence("desk.mail"):
        give_up(row, FAULT)
    InboundMail.objects.filter(pk=row.pk).update(
        sender=ticket.customer.email, subject="Scanned contract"
    )


def _waiting(ticket: Ticket) -> None:
    """Bring in one with a token that is none of ours: it waits for somebody to release it."""
    text = "Is there anything new? I am at home tomorrow."
    to = reply_address(_desk(), "from-the-old-desk")
    _settle(ticket.customer, "Re: My last question", text, 1, [("Cc", to)])


def _desk() -> str:
    return settings.INBOUND_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _settle(
    author: User, subject: str, text: str, hours: int, headers: Iterable[tuple[str, str]] = ()
) -> None:
    row = process_now(_arrived(author, subject, text, _ago(hours), headers))
    InboundMail.objects.filter(pk=row.pk).update(decided_at=_ago(hours))


def _ago(hours: int) -> Any:
    return timezone.now() - timedelta(hours=hours)


def _arrived(
    author: User, subject: str, text: str, at: Any, headers: Iterable[tuple[str, str]] = ()
) -> InboundMail:
    """Store a mail as if it had come at that moment; return its row."""
    mail = EmailMessage()
    mail["From"] = formataddr((author.name, author.email))
    mail["To"] = _desk()
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{at:%Y%m%d%H%M%S}.{author.pk}.{len(subject)}@mail.example.org>"
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    row = receive(io.BytesIO(mail.as_bytes()), source=Source.PIPE, recipient=_desk())
    InboundMail.objects.filter(pk=row.pk).update(received_at=at, next_attempt_at=at)
    row.refresh_from_db()
    return row


@contextmanager
def _silence(name: str) -> Iterator[None]:
    """Keep a logger from telling as news what shall be in the demo."""
    logger = logging.getLogger(name)
    logger.disabled, before = True, logger.disabled
    try:
        yield
    finally:
        logger.disabled = before

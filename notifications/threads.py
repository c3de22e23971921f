"""How a mail about a ticket finds its thread, in mail programs and on its way back to us."""

import hashlib
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from notifications.models import Delivery
from tickets.email_thread import NOTE, REPLY, Token, reply_address, write_token
from tickets.models import MailOrigin

if TYPE_CHECKING:
    from notifications.messages import AccountMessage, TicketMessage

# So many of the recipient's own mails are named; the first and the last ones keep a thread.
MOST_REFERENCES = 10


def thread_headers(delivery: Delivery, message: "TicketMessage | AccountMessage") -> dict[str, str]:
    """Return Message-ID, Reply-To and, about a ticket, what the mail refers to.

    They follow from the row: each try to send it says the same.
    """
    found = {"Message-ID": message_id(delivery, message), "Reply-To": settings.DEFAULT_FROM_EMAIL}
    event = delivery.ticket_event
    if event is None:
        return found
    root = thread_id(event.ticket.ticket_id)
    origins = _origins(delivery)
    own = [
        row.message_id for row in origins if row.sender_id == delivery.recipient_id
        and row.message_id
    ]  # fmt: skip
    inbox = next((row.reply_address for row in reversed(origins) if row.reply_address), "")
    inbox = inbox or settings.INBOUND_ADDRESS
    if inbox:
        name = parseaddr(settings.DEFAULT_FROM_EMAIL)[0]
        found["Reply-To"] = formataddr((name, reply_address(inbox, token_of(delivery, message))))
    references = " ".join([root, *own[-MOST_REFERENCES:]])
    return found | {"In-Reply-To": own[-1] if own else root, "References": references}


def _origins(delivery: Delivery) -> list[MailOrigin]:
    """Return the ticket's mails up to the event, whenever we ask."""
    assert delivery.ticket_event is not None
    before = Q(comment__isnull=True) | Q(comment__event__lte=delivery.ticket_event.pk)
    rows = MailOrigin.objects.filter(before, ticket=delivery.ticket_event.ticket_id)
    fields = rows.only("sender_id", "message_id", "reply_address")
    return list(fields.order_by("id"))


def message_id(delivery: Delivery, message: "TicketMessage | AccountMessage") -> str:
    """Return the Message-ID: the same for the same event, recipient and message, at any time.

    The event's time is part of it, because a restored database gives out event numbers again.
    About a ticket it brings the token along, for mail programs that don't heed the Reply-To.
    """
    event: Any = delivery.ticket_event or delivery.account_event
    kind = "ticket" if delivery.ticket_event else "account"
    key = f"{kind}:{event.pk}:{event.at.isoformat()}:{delivery.recipient_id}:{delivery.message}"
    unique = hashlib.sha256(key.encode()).hexdigest()
    if delivery.ticket_event is None:
        return f"<{unique[:40]}@{domain()}>"
    return f"<{unique[:20]}.{token_of(delivery, message)}@{domain()}>"


def token_of(delivery: Delivery, message: "TicketMessage | AccountMessage") -> str:
    """Return the token that an answer brings back."""
    assert delivery.ticket_event is not None
    kind = NOTE if getattr(message, "answered_by_note", False) else REPLY
    event = delivery.ticket_event
    return write_token(Token(event.ticket_id, delivery.recipient_id, event.at, kind))


def thread_id(ticket_id: str) -> str:
    """Return the id that all mails about a ticket refer to; no mail has it."""
    return f"<{ticket_id.lower()}@{domain()}>"


def domain() -> str:
    """Return the desk's domain, for ids."""
    return (urlsplit(settings.SITE_URL).hostname or "localhost").replace(":", "-")

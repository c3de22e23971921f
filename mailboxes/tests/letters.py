"""Mails for tests, and bringing them in."""

import io
from email.message import EmailMessage
from email.utils import make_msgid

from django.core import mail

from mailboxes.choices import Source
from mailboxes.models import InboundMail
from mailboxes.services import process_due, receive
from notifications.tests.outbox import deliver

DESK = "support@localhost"


def letter(sender="Ann Bell <ann@example.org>", subject="Printer", text="It burns.", **headers):
    """Return a mail to the desk as bytes; `to=...` and headers with _ for -."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = headers.pop("to", DESK)
    message["Subject"] = subject
    message["Date"] = "Sat, 28 Nov 2026 02:00:00 +0000"
    message["Message-ID"] = headers.pop("message_id", None) or make_msgid(domain="example.org")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def bring(raw, **options):
    """Receive a mail and read it; return its row."""
    row = receive(io.BytesIO(raw), source=Source.PIPE, **options)
    process_due()
    return InboundMail.objects.get(pk=row.pk)


def sent(address):
    """Deliver what is due; return the mails that went to the address."""
    deliver()
    return [message for message in mail.outbox if message.to == [address]]

"""Making and sending one mail. The only user of Django's mail package.

A mail follows from its row of the ledger and the event: each try to send it has the same bytes
under the same Message-ID, so that a second copy is never shown as a second mail.
"""

import os
import re
import smtplib
import socket
import threading
import unicodedata
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.charset import QP, Charset
from email.header import Header
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as DjangoSMTPBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from accounts.models import User
from notifications.links import mute_path, unsubscribe_path
from notifications.models import Delivery
from notifications.threads import message_id, thread_headers
from tickets.choices import Channel, EventType
from tickets.recipients import follower

if TYPE_CHECKING:
    from notifications.messages import AccountMessage, TicketMessage

SUBJECT_LENGTH = 250
ID_LINE = 200
TEMPLATES = "notifications/email"
# Answers of a server that has something against us, not against this one mail.
NOT_ABOUT_THE_MAIL = frozenset({421, 530, 534, 535, 538})

UNIX_LINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
BLANK_LINES = re.compile(r"\n{3,}")

UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


class NotSent(Exception):
    """The mail server did not take the mail; the text is for an operator.

    `permanent`: it never will. `server_wide`: it is not about this mail, the others wait too.
    `hung_up`: the server ended the conversation.
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool = False,
        server_wide: bool = False,
        hung_up: bool = False,
    ) -> None:
        super().__init__(printable(why)[:500])
        self.permanent = permanent
        self.server_wide = server_wide
        self.hung_up = hung_up


class Mail(EmailMultiAlternatives):
    """A mail whose bytes are the same each time: the boundary follows from the ledger's row."""

    encoding = UTF8
    boundary = ""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        # Django folds as if the header's name took no room, which leaves its line empty.
        charset = "us-ascii" if self.subject.isascii() else "utf-8"
        subject = Header(str(self.subject), charset, header_name="Subject")
        message.replace_header("Subject", subject.encode())
        # A long id stays on the line of its name: not every program looks for it on the next one.
        message.policy = message.policy.clone(max_line_length=ID_LINE)
        message.set_boundary(self.boundary)
        return message


def build(delivery: Delivery, message: "TicketMessage | AccountMessage", *, address: str) -> Mail:
    """Return the mail for a row of the ledger. Raises `NotWanted` (see `notifications.messages`).

    The event, the people and the ticket of `delivery` should be loaded with it.
    """
    recipient = delivery.recipient
    thread = thread_headers(delivery, message)
    words = shared_words(delivery, message)
    words["answers_reach_us"] = thread["Reply-To"] != settings.DEFAULT_FROM_EMAIL
    with speaking_to(recipient):
        event: Any = delivery.ticket_event or delivery.account_event
        words |= message.words(event, recipient, trusted=is_trusted(delivery))
        text = render_to_string(f"{TEMPLATES}/{message.name}.txt", words)
        subject, _, body = UNIX_LINES.sub("\n", text).lstrip().partition("\n")
        subject = clean_subject(subject)
        html = render_to_string(f"{TEMPLATES}/{message.name}.html", words | {"title": subject})
    mail = Mail(
        subject=subject,
        body=BLANK_LINES.sub("\n\n", body).strip() + "\n",
        to=[clean_address(address)],
        headers=thread | headers(delivery, message, words["mute_url"] or words["unsubscribe_url"]),
    )
    mail.attach_alternative(html, "text/html")
    unique = message_id(delivery, message)
    secret = salted_hmac("notifications.boundary", unique, algorithm="sha256")
    mail.boundary = f"=_{secret.hexdigest()[:32]}"
    return mail


def shared_words(delivery: Delivery, message: "TicketMessage | AccountMessage") -> dict[str, Any]:
    """Return what every template knows."""
    words = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("notifications:preferences"),
        "unsubscribe_url": "",
        "mute_url": mute_url(delivery),
    }
    if message.optional:
        path = unsubscribe_path(delivery.recipient_id, message.name)
        words["unsubscribe_url"] = settings.SITE_URL + path
    return words


def mute_url(delivery: Delivery) -> str:
    """Return where a follower stops the mails about this ticket, "" for anybody else's mail."""
    event = delivery.ticket_event
    if event is None or follower(event.ticket, delivery.recipient) is None:
        return ""
    return settings.SITE_URL + mute_path(delivery.recipient_id, event.ticket_id)


def is_trusted(delivery: Delivery) -> bool:
    """Whether the recipient may be shown texts that somebody chose freely.

    An unverified customer's address may be that of a stranger, whom a sender of advertisements
    wants to reach through us. Nobody signs in to write a mail: the receipt for a ticket that came
    by mail never says what that mail says, whoever its sender claims to be.
    """
    event = delivery.ticket_event
    if event and event.type == EventType.CREATED and event.ticket.channel == Channel.EMAIL:
        return not delivery.recipient.is_customer
    person = delivery.recipient
    verified = person.email_verified_at
    return not person.is_customer or (verified is not None and verified <= delivery.created_at)


@contextmanager
def speaking_to(person: User) -> Iterator[None]:
    """Times in the person's zone, words in the desk's language."""
    zone = zoneinfo.ZoneInfo(person.time_zone or settings.TIME_ZONE)
    with timezone.override(zone), translation.override(settings.LANGUAGE_CODE):
        yield


def headers(
    delivery: Delivery, message: "TicketMessage | AccountMessage", unsubscribe_url: str
) -> dict[str, str]:
    """Return the headers beside subject, addresses and the thread's.

    A person's letter is not marked as a program's: whoever files mail would take it for a notice.
    """
    found = {
        "Date": format_datetime(delivery.created_at),
        "X-SupportDesk-Message": message.name,
    }
    event: Any = delivery.ticket_event or delivery.account_event
    if not message.is_letter(event):
        found |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if unsubscribe_url:
        found |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return found


def clean_subject(text: str) -> str:
    """Return `text` fit for a header: one line, nothing that a reader's program would decode."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    line = " ".join(kept.split()).replace("=?", "= ?")
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def clean_address(address: str) -> str:
    """Return the address; raises `NotSent` for one that could change the mail's headers."""
    if not address or any(c.isspace() or not c.isprintable() or c in '<>,;"' for c in address):
        raise NotSent("The address can't be written into a mail.", permanent=True)
    return address


def printable(text: str) -> str:
    """Return what a mail server said, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Mailer:
    """Sends mails one by one over one connection, which is opened when it is needed.

    After any fault the next mail gets a fresh connection. Each mail has `deadline()` seconds for
    the whole conversation: a server that trickles a byte a second does not hold the worker.
    """

    def __init__(self) -> None:
        self.limit = TimeLimit()
        self.connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server; raises `NotSent`.

        Servers take so many mails over one connection and hang up: then once more over a new one.
        """
        is_used = self.connection is not None
        try:
            self._send(mail)
        except NotSent as fault:
            if not (is_used and fault.hung_up and not self.limit.is_over):
                raise
            self._send(mail)

    def _send(self, mail: Mail) -> None:
        try:
            with self.limit.running(deadline()):
                self.open()
                self._hand_over(mail)
        except NotSent:
            self.drop()
            raise

    def open(self) -> None:
        """Have a connection; raises a server-wide `NotSent`."""
        if self.connection is None:
            self.connection = connection(self.limit)
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(self.describe(error), server_wide=True) from error

    def _hand_over(self, mail: Mail) -> None:
        try:
            self.connection.send_messages([mail])
        except (OSError, smtplib.SMTPException) as error:
            code = code_of(error)
            raise NotSent(
                self.describe(error),
                permanent=500 <= code < 600 and code not in NOT_ABOUT_THE_MAIL,
                server_wide=code in NOT_ABOUT_THE_MAIL,
                hung_up=code == 421 or isinstance(error, smtplib.SMTPServerDisconnected),
            ) from error
        except (ValueError, UnicodeError) as error:
            raise NotSent(f"It can't be written as a mail: {error}", permanent=True) from error

    def describe(self, error: Exception) -> str:
        """Return what went wrong, for an operator."""
        if self.limit.is_over:
            return f"The mail server took longer than {deadline()} seconds."
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return "; ".join(f"{code} {text!r}" for code, text in error.recipients.values())
        return f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """End the connection politely, within the same limit."""
        if self.connection is not None:
            with self.limit.running(deadline()), suppress(OSError, smtplib.SMTPException):
                self.connection.close()
        self.drop()

    def drop(self) -> None:
        """Forget the connection without a word."""
        self.limit.cut()
        if self.connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.connection.close()
        self.connection = None
        self.limit.forget()


def deadline() -> int:
    """Return the seconds that one mail may take altogether; each answer has EMAIL_TIMEOUT."""
    return int(settings.EMAIL_TIMEOUT) + 10


def code_of(error: Exception) -> int:
    """Return the server's answer as a number, 0 where there was none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=0)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return 550
    return int(getattr(error, "smtp_code", 0) or 0)


def connection(limit: "TimeLimit") -> Any:
    """Return a connection of the configured kind; SMTP gets our time limit."""
    if f"{DjangoSMTPBackend.__module__}.{DjangoSMTPBackend.__qualname__}" == settings.EMAIL_BACKEND:
        return LimitedBackend(limit)
    return get_connection()


class TimeLimit:
    """Cuts a connection when the time is over; smtplib's own time limit is one for each read."""

    def __init__(self) -> None:
        self.is_over = False
        self._twin: socket.socket | None = None

    def watch(self, sock: socket.socket) -> None:
        """Take charge of a connection, by a second handle that TLS and close() leave alone."""
        self.forget()
        self._twin = socket.socket(fileno=os.dup(sock.fileno()))

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        """Let the time run; whoever waits for the server after that gets an error."""
        self.is_over = False
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self.is_over = True
        self.cut()

    def cut(self) -> None:
        """End the connection at once."""
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Let go of the connection."""
        if self._twin is not None:
            self._twin.close()
            self._twin = None


class LimitedSMTP(smtplib.SMTP):
    """An SMTP client whose socket is in a time limit's charge from the first byte on."""

    def __init__(self, *args: Any, limit: TimeLimit, **options: Any) -> None:
        self.limit = limit
        super().__init__(*args, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.limit.watch(sock)
        return sock


class LimitedSMTPOverTLS(smtplib.SMTP_SSL, LimitedSMTP):
    """The same with TLS from the start."""


class LimitedBackend(DjangoSMTPBackend):
    """Django's SMTP backend with our clients."""

    def __init__(self, limit: TimeLimit) -> None:
        super().__init__()
        self.limit = limit

    @property
    def connection_class(self) -> Any:
        return partial(LimitedSMTPOverTLS if self.use_ssl else LimitedSMTP, limit=self.limit)

"""Reading an IMAP folder (RFC 3501) without leaving a trace in it.

The folder is opened read-only and messages are peeked at, so that no flag changes: other programs
may read the same mailbox.
"""

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Protocol

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from mailboxes.choices import TOKEN_SIGN_INS, Security

TIMEOUT = 20  # seconds for each answer
MOST_BYTES = 100_000_000
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Account(Protocol):
    """What is known of a mailbox."""

    host: str
    port: int
    security: str
    username: str
    sign_in: str
    folder: str


class ImapFault(Exception):
    """The folder can't be read; the sentence is for an operator.

    `is_refusal`: the server doesn't take the user name or what proves it.
    """

    is_refusal = False


class SignInRefused(Exception):
    """The server doesn't take the access token."""


class Folder:
    """An open folder: `uidvalidity`, the UID that the next message will get, `count` messages."""

    def __init__(self, box: BaseMailBox, name: str) -> None:
        self.box = box
        status = box.folder.status(name, ["MESSAGES", "UIDNEXT", "UIDVALIDITY"])
        self.uidvalidity, self.uidnext = status["UIDVALIDITY"], status["UIDNEXT"]
        self.count = status["MESSAGES"]

    def uids(self, after: int, *, since: date | None = None) -> list[int]:
        """Return the UIDs above `after` in order, of messages that arrived on `since` or later."""
        criteria = f"UID {after + 1}:*"
        if since is not None:
            criteria += f" SINCE {since.day:02d}-{MONTHS[since.month - 1]}-{since.year}"
        # "5:*" means the last message, too, where that is below 5.
        return sorted(uid for uid in map(int, self.box.uids(criteria)) if uid > after)

    def raw(self, uid: int) -> bytes | None:
        """Return a message as it lies there; None: it has gone, or is larger than 100 MB."""
        size = self._ask(uid, "(RFC822.SIZE)")
        if size is None or int(size.split(b"RFC822.SIZE ")[1].split(b")")[0]) > MOST_BYTES:
            return None
        return self._ask(uid, "(BODY.PEEK[])")

    def _ask(self, uid: int, what: str) -> bytes | None:
        kind, answer = self.box.client.uid("FETCH", str(uid), what)
        if kind != "OK":
            raise ImapFault(f"The server refused message {uid}: {answer!r}"[:300])
        for part in answer:
            if isinstance(part, tuple):
                return bytes(part[1])
            if isinstance(part, bytes) and b"RFC822.SIZE" in part:
                return part
        return None


@contextmanager
def opened(account: Account, secret: str) -> Iterator[Folder]:
    """Sign in and open the folder read-only; raises `ImapFault` for whatever goes wrong."""
    box: BaseMailBox | None = None
    try:
        with naming_faults(account):
            box = _connect(account)
            if account.sign_in in TOKEN_SIGN_INS:
                _show_token(box, account, secret)
            else:
                box.login(account.username, secret, initial_folder=None)
            box.folder.set(account.folder, readonly=True)
            yield Folder(box, account.folder)
    finally:
        if box is not None:
            with suppress(Exception):
                box.logout()


def _show_token(box: BaseMailBox, account: Account, token: str) -> None:
    """Sign in with an access token: by OAUTHBEARER (RFC 7628), or the older XOAUTH2."""
    if "AUTH=OAUTHBEARER" in box.client.capabilities:
        kind, said = (
            "OAUTHBEARER",
            (
                f"n,a={account.username},\x01host={account.host}\x01port={account.port}"
                f"\x01auth=Bearer {token}\x01\x01"
            ),
        )
    else:
        kind, said = "XOAUTH2", f"user={account.username}\x01auth=Bearer {token}\x01\x01"
    # A server that refuses says why in a challenge, which has to be answered before it goes on.
    answers = iter([said.encode()])
    try:
        box.client.authenticate(kind, lambda challenge: next(answers, b"\x01"))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise SignInRefused from error


def _connect(account: Account) -> BaseMailBox:
    context = ssl.create_default_context()
    if account.security == Security.TLS:
        return MailBox(account.host, account.port, timeout=TIMEOUT, ssl_context=context)
    if account.security == Security.STARTTLS:
        return MailBoxStartTls(account.host, account.port, timeout=TIMEOUT, ssl_context=context)
    return MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT)


# What the libraries raise, the more particular before the more general, in words for operators.
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "There is no server named {host}: check the name."),
    (ssl.SSLCertVerificationError, "The certificate of {where} is not good: {error.reason}."),
    (ssl.SSLError, "{where} doesn't speak TLS like this: check the port and the protection."),
    (ConnectionRefusedError, "Nothing answers on {where}: check the port."),
    (TimeoutError, "{where} doesn't answer within {seconds} seconds."),
    (SignInRefused, "{where} refused the user name or the {secret}."),
    (MailboxLoginError, "{where} refused the user name or the {secret}."),
    (MailboxFolderSelectError, "There is no folder {folder}."),
    (Exception, "{where}: {kind}: {error}"),
)


@contextmanager
def naming_faults(account: Account) -> Iterator[None]:
    """Turn what the libraries raise into one sentence that says what to do."""
    try:
        yield
    except (ImapToolsError, OSError, imaplib.IMAP4.error, SignInRefused) as error:
        words = next(words for kind, words in FAULTS if isinstance(error, kind))
        sentence = words.format(
            host=account.host,
            where=f"{account.host}:{account.port}",
            folder=account.folder,
            secret=_word(account),
            seconds=TIMEOUT,
            kind=type(error).__name__,
            error=error,
        )
        fault = ImapFault(sentence[:300])
        fault.is_refusal = isinstance(error, SignInRefused | MailboxLoginError)
        raise fault from error


def _word(account: Account) -> str:
    return "token" if account.sign_in in TOKEN_SIGN_INS else "password"

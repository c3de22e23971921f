"""Reading the mails that Django's file backend keeps in development."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings

SEPARATOR = b"-" * 79 + b"\n"
FILE_NAME = re.compile(r"[\w.-]+\.log\Z")


@dataclass(frozen=True)
class KeptMail:
    """One mail in a file; `number` counts from 1 in the file."""

    file: str
    number: int
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "").strip()

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def kind(self) -> str:
        return str(self.message["X-SupportDesk-Message"] or "")

    @property
    def sent_at(self) -> datetime | None:
        date = self.message["Date"]
        return date.datetime if date else None

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def answer_to(self) -> str:
        """The address to which an answer brings the mail's token; "" where answers go nowhere."""
        address = parseaddr(str(self.message["Reply-To"] or ""))[1]
        return address if "+" in address else ""

    @property
    def answer_query(self) -> str:
        """What the page for writing a mail is opened with."""
        given = {"to": self.answer_to, "subject": f"Re: {self.subject}", "sender": self.to}
        return urlencode(given | {"answers": str(self.message["Message-ID"]).strip()})

    def part(self, subtype: str) -> str:
        """Return the text of the `plain` or `html` part, "" where there is none."""
        body = self.message.get_body((subtype,))
        return str(body.get_content()) if body else ""


def mail_directory() -> Path | None:
    """Return where mails are kept, or None where they are sent instead."""
    path = getattr(settings, "EMAIL_FILE_PATH", None)
    return (
        Path(path) if path and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") else None
    )


def kept_mails(limit: int) -> list[KeptMail]:
    """Return the newest mails, newest first."""
    found: list[KeptMail] = []
    for path in _files():
        found.extend(reversed(list(_mails(path))))
        if len(found) >= limit:
            break
    return found[:limit]


def find_mail(file: str, number: int) -> KeptMail | None:
    """Return one mail, or None; `file` is a name from the list, never a path."""
    directory = mail_directory()
    if directory is None or not FILE_NAME.match(file) or not (directory / file).is_file():
        return None
    return next((mail for mail in _mails(directory / file) if mail.number == number), None)


def _files() -> list[Path]:
    directory = mail_directory()
    if directory is None or not directory.is_dir():
        return []
    return sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _mails(path: Path) -> Iterator[KeptMail]:
    # Quoted-printable lines have at most 76 characters: the separator is in no mail.
    for number, raw in enumerate(path.read_bytes().split(SEPARATOR)[:-1], start=1):
        yield KeptMail(path.name, number, message_from_bytes(raw, policy=policy.default))


def forget_mails(text: str) -> int:
    """Take the mails that say `text` (in whatever lines) out of their files; return how many."""
    words, count = " ".join(text.split()), 0
    for path in _files():
        raws = path.read_bytes().split(SEPARATOR)
        kept = [raw for raw in raws if not _says(raw, words)]
        if len(kept) < len(raws):
            path.write_bytes(SEPARATOR.join(kept))
            count += len(raws) - len(kept)
    return count


def _says(raw: bytes, words: str) -> bool:
    mail = KeptMail("", 0, message_from_bytes(raw, policy=policy.default))
    texts = (mail.subject, mail.part("plain"), html.unescape(mail.part("html")))
    return any(words in " ".join(said.split()) for said in texts)

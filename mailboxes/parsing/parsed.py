"""What is read out of a message."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Unparsable(Exception):
    """There is no message in these bytes; the text says why."""


class AutomaticKind(StrEnum):
    """Who wrote a message, if not a person."""

    NONE = "none"
    AUTO_REPLY = "auto-reply"
    OUT_OF_OFFICE = "out-of-office"
    LIST = "list"
    BULK = "bulk"
    BOUNCE = "bounce"
    OWN_LOOP = "own-loop"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: the domain is in small letters, the rest as it was written."""

    email: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class File:
    """A part that is kept as a file. Names are clean and differ within one message.

    `content_id` is without its angle brackets. `inline`: it stands within the text, where
    `[image: NAME]` marks its place. `truncated`: the message ended, or was cut, within it.
    """

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Automatic:
    """Whether a program wrote it, with a sentence that says how that is known."""

    kind: AutomaticKind = AutomaticKind.NONE
    reason: str = ""

    def __bool__(self) -> bool:
        return self.kind != AutomaticKind.NONE


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """What a mail server reports about one address (RFC 3464).

    `action`: failed, delayed, delivered, relayed or expanded. `status`: like "5.1.1", or empty.
    """

    email: str
    action: str
    status: str = ""
    explanation: str = ""

    @property
    def permanent(self) -> bool:
        return self.action == "failed" and not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report on a mail that was sent from here; its Message-ID is empty where none is told."""

    recipients: tuple[FailedRecipient, ...] = ()
    original_message_id: str = ""

    @property
    def permanent(self) -> bool:
        return any(recipient.permanent for recipient in self.recipients)


@dataclass(frozen=True, slots=True)
class Authentication:
    """What the trusted mail server found (RFC 8601): results in small letters, "" for none.

    `from_domain` is the domain in From. `verified` and `failed` say whether it is proven, or
    disproved; where neither holds nothing is known.
    """

    host: str = ""
    from_domain: str = ""
    dmarc: str = ""
    dmarc_domain: str = ""
    spf: str = ""
    spf_domain: str = ""
    dkim: tuple[tuple[str, str], ...] = ()

    @property
    def failed(self) -> bool:
        return self.dmarc == "fail"

    @property
    def verified(self) -> bool:
        """DMARC passed for the domain in From; without DMARC, DKIM or SPF did for the same one."""
        if self.dmarc == "pass":
            return bool(self.from_domain) and self.dmarc_domain in ("", self.from_domain)
        if self.failed or not self.from_domain:
            return False
        proven = {domain for result, domain in self.dkim if result == "pass"}
        if self.spf == "pass":
            proven.add(self.spf_domain)
        return self.from_domain in proven


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A message. No text in it has NUL characters or lone surrogates.

    `message_id`, `in_reply_to` and `references` are whole, with their angle brackets.
    `text` is small Markdown, what the sender wrote now; `quoted` is the history and signature that
    stood below or above it. `html` is the page of the HTML part in UTF-8, as it came: only for
    a view in a sandbox. `date` is aware, or None.
    `problems` say what was mended or left out; `doubts` why a person should look before the
    message is filed: it is beyond a limit, or doesn't say unmistakably who sent it.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address | None = None
    sender_header: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    return_path: str | None = None
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    quoted: str = ""
    html: bytes = b""
    attachments: tuple[File, ...] = ()
    automatic: Automatic = Automatic()
    bounce: Bounce | None = None
    authentication: Authentication = Authentication()
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class Notes:
    """Collects problems and doubts of one message, each sentence once."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self.doubts: dict[str, None] = {}

    def problem(self, sentence: str) -> None:
        self.problems.setdefault(sentence)

    def doubt(self, sentence: str) -> None:
        self.doubts.setdefault(sentence)

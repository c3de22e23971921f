"""Raw bytes to a `ParsedMail`."""

import logging
import re
from binascii import Error, a2b_base64
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import unquote

from mailboxes.parsing import headers, history, hypertext, limits
from mailboxes.parsing.addresses import read_addresses, read_email, read_ids
from mailboxes.parsing.authentication import read_authentication
from mailboxes.parsing.automatic import read_automatic, return_path
from mailboxes.parsing.bounces import read_bounce
from mailboxes.parsing.content import SHORTENED, Piece, Reader
from mailboxes.parsing.headers import Headers
from mailboxes.parsing.parsed import (
    Address,
    AutomaticKind,
    File,
    Notes,
    ParsedMail,
    Unparsable,
)
from mailboxes.parsing.structure import Part, read_structure

logger = logging.getLogger("desk.mail")
FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
TOO_LARGE = f"It is larger than {limits.MESSAGE_BYTES // 1_000_000} MB; the rest was not read."
HEADER_TOO_LARGE = "Its header is larger than the limit; the rest of it was not read."
TOO_MANY_RECIPIENTS = f"It names more than {limits.RECIPIENTS:,} recipients."
NO_SENDER = "It doesn't say who sent it."
TWO_SENDERS = "It names more than one sender."
NO_ID = "It has no Message-ID."
NO_DATE = "It has no date, or none that can be read."
BROKEN_HEADER = "Its header has lines that are no fields."
DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-forwarded-to",
    "x-rcpt-to",
    "apparently-to",
)
DATA_IMAGE = re.compile(
    r"data:(image/(?:png|jpeg|jpg|gif|webp|bmp));(?:charset=[\w-]{1,20};)?base64,([A-Za-z0-9+/=%\s]{20,})"
)


def parse_message(raw: bytes | BinaryIO, *, trusted_hosts: Collection[str] = ()) -> ParsedMail:
    """Read a message within the limits of `limits`; of a file only as much as is read.

    `trusted_hosts` are the names of mail servers whose Authentication-Results are believed.
    Raises `Unparsable` for bytes that are no message; whatever else is wrong becomes a problem or
    a doubt.
    """
    notes = Notes()
    data, end = _bytes(raw, notes)
    root = read_structure(data, end, notes)
    if not root.headers.fields and not data[root.start : root.start + 1000].strip():
        raise Unparsable("It is empty." if not data[:1000].strip() else "It has no header.")
    if root.headers.is_cut:
        notes.doubt(HEADER_TOO_LARGE)
    if root.headers.is_broken:
        notes.problem(BROKEN_HEADER)
    try:
        return _Message(data, end, root, notes).parsed(trusted_hosts)
    except FAULTS as e:
        # A fault of ours must not hold up the next message.
        logger.exception("message not parsed")
        raise Unparsable(f"It could not be read ({type(e).__name__}).") from e


def _bytes(raw: bytes | BinaryIO, notes: Notes) -> tuple[bytes, int]:
    """Return the bytes and how many of them are looked at."""
    data = raw if isinstance(raw, bytes) else raw.read(limits.MESSAGE_BYTES + 1)
    if len(data) > limits.MESSAGE_BYTES:
        notes.doubt(TOO_LARGE)
    if b"\n" not in data[:100_000] and b"\r" in data[:100_000]:
        data = data[: limits.MESSAGE_BYTES].replace(b"\r", b"\n")
    return data, min(len(data), limits.MESSAGE_BYTES)


class _Message:
    def __init__(self, raw: bytes, end: int, root: Part, notes: Notes) -> None:
        self.raw, self.root, self.notes, self.end = raw, root, notes, end
        self.headers: Headers = root.headers

    def parsed(self, trusted_hosts: Collection[str]) -> ParsedMail:
        subject = headers.decode_words(self.headers.get("subject"))[: limits.SUBJECT_LENGTH]
        in_reply_to = read_ids(self.headers.get("in-reply-to"))
        references = read_ids(self.headers.get("references"))
        sender = self.sender()
        to, cc = self.recipients()
        cut_at = self.end if len(self.raw) > self.end else None
        reader = Reader(self.raw, self.notes, cut_at)
        reader.read(self.root)
        words, html, files = self.words(reader)
        is_answer = bool(in_reply_to or references) or history.is_reply(subject)
        new, quoted = history.split(
            words[: limits.HISTORY_LENGTH],
            is_reply=is_answer,
            is_forward=history.is_forward(subject),
        )
        automatic = read_automatic(
            self.headers,
            sender,
            self.root.content_type,
            self.root.parameters.get("report-type", "").lower(),
        )
        is_bounce = automatic.kind == AutomaticKind.BOUNCE
        return ParsedMail(
            message_id=self.message_id(),
            in_reply_to=in_reply_to,
            references=references,
            sender=sender,
            sender_header=next(iter(self.addresses("sender", 1)), None),
            reply_to=tuple(self.addresses("reply-to", 20)),
            to=to,
            cc=cc,
            delivered_to=self.delivered_to(),
            return_path=return_path(self.headers),
            subject=subject,
            date=self.date(),
            text=self.cut(new),
            quoted=self.cut(quoted),
            html=html.encode("utf-8"),
            attachments=tuple(files),
            automatic=automatic,
            bounce=read_bounce(self.raw, self.root, words) if is_bounce else None,
            authentication=read_authentication(self.headers, sender, trusted_hosts),
            problems=tuple(self.notes.problems),
            doubts=tuple(self.notes.doubts),
        )

    def addresses(self, name: str, most: int) -> list[Address]:
        found: list[Address] = []
        for value in self.headers.all(name)[:50]:
            found += read_addresses(value, most - len(found))
            if len(found) >= most:
                break
        return found

    def sender(self) -> Address | None:
        """Return the first address in From; nobody may pass for another behind a second one."""
        found = self.addresses("from", 3)
        if (
            len({address.email.lower() for address in found}) > 1
            or len(self.headers.all("from")) > 1
        ):
            self.notes.doubt(TWO_SENDERS)
        if not found:
            self.notes.doubt(NO_SENDER)
        return found[0] if found else None

    def recipients(self) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
        to = self.addresses("to", limits.RECIPIENTS + 1)
        cc = self.addresses("cc", limits.RECIPIENTS + 1)
        if len(to) + len(cc) > limits.RECIPIENTS:
            self.notes.doubt(TOO_MANY_RECIPIENTS)
        return tuple(to[: limits.RECIPIENTS]), tuple(cc[: max(0, limits.RECIPIENTS - len(to))])

    def delivered_to(self) -> tuple[str, ...]:
        emails = (
            read_email(value.split(",")[0])
            for name in DELIVERED
            for value in self.headers.all(name)[:20]
        )
        return tuple(dict.fromkeys(email for email in emails if email))

    def message_id(self) -> str:
        value = self.headers.get("message-id") or self.headers.get("x-message-id")
        found = read_ids(value, 1)
        if found:
            return found[0]
        bare = headers.plain(value).strip("<> ").replace(" ", "")[:900]
        if not bare:
            self.notes.problem(NO_ID)
        return f"<{bare}>" if bare else ""

    def date(self) -> datetime | None:
        try:
            date = parsedate_to_datetime(self.headers.get("date")[:200])
            aware = date if date.tzinfo else date.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            self.notes.problem(NO_DATE)
            return None

    def words(self, reader: Reader) -> tuple[str, str, list[File]]:
        """Return the text as Markdown, the page, and the files, those that it shows as such."""
        content = reader.content
        pages = [_data_images(piece, reader) for piece in content.pieces if piece.kind == "html"]
        if any(len(page) > limits.HTML_LENGTH for page in pages):
            self.notes.doubt(SHORTENED)
        images = _by_address(content.files)
        text = _text(content.pieces, images)
        if pages and not text.strip():
            text = _text(content.spare, images)
        shown = {name for name in images.values() if f"[image: {name}]" in text}
        files = [_shown(file) if file.name in shown else file for file in content.files]
        return text, "\n".join(pages)[: 2 * limits.HTML_LENGTH], files

    def cut(self, text: str) -> str:
        if len(text) <= limits.TEXT_LENGTH:
            return text
        self.notes.problem("Its text is very long; the end is in the stored message only.")
        return text[: limits.TEXT_LENGTH].rstrip()


def _text(pieces: list[Piece], images: dict[str, str]) -> str:
    done: list[str] = []
    for piece in pieces:
        if piece.kind == "html":
            text = hypertext.to_markdown(piece.text, images)
        elif piece.kind == "plain":
            text = hypertext.MARKS.sub("\ufffd", piece.text)
        else:
            text = f"[image: {piece.text}]"
            if any(text in other for other in done):
                continue
        done.append(text)
    return "\n\n".join(text for text in done if text.strip())


def _by_address(files: list[File]) -> dict[str, str]:
    return {f"cid:{file.content_id}": file.name for file in files if file.content_id}


def _shown(file: File) -> File:
    return File(
        file.name,
        file.content_type,
        file.content,
        file.content_id,
        inline=True,
        truncated=file.truncated,
    )


def _data_images(piece: Piece, reader: Reader) -> str:
    """Turn images that stand within a page into files; the page names them by an id."""
    pieces, end, count = [], 0, 0
    for match in DATA_IMAGE.finditer(piece.text):
        count += 1
        if count > limits.DATA_IMAGES:
            break
        try:
            content = a2b_base64(unquote(match[2]))
        except (Error, ValueError):
            continue
        kind = match[1].split("/")[1].replace("jpeg", "jpg")
        content_id = f"data-{len(reader.content.files) + 1}"
        name = reader.unused(f"image.{kind}")
        reader.content.files.append(File(name, match[1], content, content_id, inline=True))
        pieces += [piece.text[end : match.start()], f"cid:{content_id}"]
        end = match.end()
    piece.text = "".join([*pieces, piece.text[end:]])
    return piece.text

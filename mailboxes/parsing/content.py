"""Which parts are the message's words and which are its files."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailboxes.parsing import charsets, headers, limits, transfer
from mailboxes.parsing.parsed import File, Notes
from mailboxes.parsing.plain import lines_of, unflow
from mailboxes.parsing.structure import Part
from tickets.file_types import clean_name

READABLE = {"text/html": 2, "text/plain": 1, "text/enriched": 1, "text/markdown": 1}
# Other looks of the same words, for single programs.
OTHER_LOOKS = ("text/x-amp-html", "text/watch-html", "text/x-watch-html")
NAMES = {
    "text/calendar": "invitation.ics",
    "text/vcard": "contact.vcf",
    "text/x-vcard": "contact.vcf",
    "text/directory": "contact.vcf",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "encryption.asc",
    "application/pgp-keys": "key.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "text/rfc822-headers": "header.txt",
    "text/html": "page.html",
}
FIRST_IS_WORDS = ("multipart/signed", "multipart/report")
MESSAGES = ("message/rfc822", "message/global")
ENCRYPTED = "It is encrypted, and kept as a file; the desk can't read it."
SHORTENED = "A text in it is very long; it was cut."


@dataclass(slots=True)
class Piece:
    """Words or an image, in the order of the message. `kind`: "plain", "html" or "image"."""

    kind: str
    text: str


@dataclass(slots=True)
class Content:
    pieces: list[Piece] = field(default_factory=list)
    spare: list[Piece] = field(default_factory=list)  # plain words, should the HTML have none
    files: list[File] = field(default_factory=list)


class Reader:
    """Goes through the parts of one message."""

    def __init__(self, raw: bytes, notes: Notes, cut_at: int | None) -> None:
        self.raw, self.notes, self.cut_at = raw, notes, cut_at
        self.content = Content()
        self.names: set[str] = set()

    def read(self, part: Part, *, only_files: bool = False) -> None:
        """Sort a part; its depth is bounded by that of the structure."""
        if part.is_multipart:
            self._parts(part, only_files=only_files)
        elif not is_words(part):
            self._file(part)
        elif not only_files:
            self.content.pieces += self._words(part)

    def _parts(self, part: Part, *, only_files: bool) -> None:
        if part.content_type == "multipart/alternative":
            self._alternative(part, only_files=only_files)
        elif part.content_type == "multipart/encrypted":
            self.notes.problem(ENCRYPTED)
            self._all_files(part)
        elif part.content_type in FIRST_IS_WORDS:
            for child in part.children[:1]:
                self.read(child, only_files=only_files)
            for child in part.children[1:]:
                self._all_files(child)
        else:
            for child in _root_first(part):
                self.read(child, only_files=only_files)
            if part.content_type == "multipart/related":
                # The page shows them, or nobody does.
                self.content.pieces = [one for one in self.content.pieces if one.kind != "image"]

    def _all_files(self, part: Part) -> None:
        for child in part.children:
            self._all_files(child)
        if not part.is_multipart:
            self._file(part)

    def _alternative(self, part: Part, *, only_files: bool) -> None:
        """Take the best of several looks of the same words, and the files of all of them."""
        ranks = [readable(child) for child in part.children]
        best = max(ranks, default=0)
        chosen = len(ranks) - 1 - ranks[::-1].index(best) if best else -1
        for number, child in enumerate(part.children):
            if number == chosen:
                self.read(child, only_files=only_files)
            elif ranks[number] == 1 and is_words(child) and not only_files:
                self.content.spare += self._words(child)
            elif child.content_type not in OTHER_LOOKS:
                self.read(child, only_files=True)

    def _decoded(self, part: Part, most: int | None = None) -> bytes:
        body = part.body(self.raw, most)
        data, problem = transfer.decode(body, part.headers.get("content-transfer-encoding"))
        if problem:
            self.notes.problem(problem)
        return data

    def _words(self, part: Part) -> list[Piece]:
        if part.end - part.start > limits.BODY_BYTES:
            self.notes.doubt(SHORTENED)
        data = self._decoded(part, limits.BODY_BYTES)
        is_html = part.content_type == "text/html"
        charset = part.parameters.get("charset", "")
        if is_html and charsets.codec_of(charset) is None:
            charset = meta_charset(data)
        text, is_whole = charsets.decode(data, charset)
        if not is_whole:
            self.notes.problem(charsets.REPLACED)
        if is_html:
            return [Piece("html", text)]
        if len(text) > limits.HISTORY_LENGTH:
            self.notes.doubt(SHORTENED)
        return [Piece("plain", _unwrapped(part, text[: limits.HISTORY_LENGTH]))]

    def _file(self, part: Part) -> None:
        if part.content_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            self.notes.problem(ENCRYPTED)
        name = self.unused(self._name(part))
        disposition, _ = headers.parameters(part.headers.get("content-disposition"))
        is_image = part.content_type.startswith("image/")
        content_id = part.headers.get("content-id").strip().strip("<>").strip()[:500]
        self.content.files.append(
            File(
                name,
                part.content_type,
                self._decoded(part),
                content_id,
                inline=is_image and disposition == "inline" and not content_id,
                truncated=self.cut_at is not None and part.end >= self.cut_at,
            )
        )
        if is_image and disposition == "inline":
            self.content.pieces.append(Piece("image", name))

    def _name(self, part: Part) -> str:
        _, given = headers.parameters(part.headers.get("content-disposition"))
        name = given.get("filename") or part.parameters.get("name", "")
        if name.strip():
            return clean_name(name)
        if part.content_type in MESSAGES:
            fields, _ = headers.read_headers(
                self.raw, part.start, part.end, limits.PART_HEADER_BYTES
            )
            subject = headers.decode_words(fields.get("subject")).replace("/", "-")[:100]
            return clean_name(f"{subject.strip() or 'message'}.eml")
        return NAMES.get(part.content_type) or f"file{extension_for(part.content_type)}"

    def unused(self, name: str) -> str:
        """Return the name, with a number where another file of the message has it."""
        stem, dot, extension = name.rpartition(".")
        stem, extension = (stem, dot + extension) if stem else (name, "")
        number, unused = 1, name
        while unused.lower() in self.names:
            number += 1
            unused = f"{stem} ({number}){extension}"
        self.names.add(unused.lower())
        return unused


def is_words(part: Part) -> bool:
    """Whether a part is something to read here, not a file."""
    if part.content_type not in READABLE:
        return False
    disposition, given = headers.parameters(part.headers.get("content-disposition"))
    if disposition == "attachment":
        return False
    name = given.get("filename") or part.parameters.get("name", "")
    # Programs name the words themselves, too, but not with "inline; filename".
    return not (disposition == "inline" and name) and not (name and part.depth == 1)


def readable(part: Part) -> int:
    """Return 2 for a part with HTML to read, 1 for plain text, 0 for none."""
    if part.is_multipart:
        return max((readable(child) for child in part.children), default=0)
    return READABLE[part.content_type] if is_words(part) else 0


def _root_first(part: Part) -> Iterator[Part]:
    """Yield the parts; of related ones that which shows the others comes first."""
    start = part.parameters.get("start", "").strip("<> ")
    first = None
    if part.content_type == "multipart/related" and start:
        ids = [child.headers.get("content-id").strip("<> ") for child in part.children]
        first = part.children[ids.index(start)] if start in ids else None
    if first is not None:
        yield first
    yield from (child for child in part.children if child is not first)


def _unwrapped(part: Part, text: str) -> str:
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return lines_of(text)


def meta_charset(data: bytes) -> str:
    """Return the charset that a page declares in its first bytes."""
    head = data[:4096].lower()
    at = head.find(b"charset=")
    if at < 0:
        return ""
    rest = head[at + 8 : at + 60].lstrip(b"\"' ")
    return (
        rest.split(b'"')[0]
        .split(b"'")[0]
        .split(b";")[0]
        .split(b">")[0]
        .decode("ascii", "replace")
        .strip()
    )


def extension_for(content_type: str) -> str:
    if content_type in ("application/octet-stream", "text/plain"):
        return ".txt" if content_type == "text/plain" else ".bin"
    return mimetypes.guess_extension(content_type) or ".bin"

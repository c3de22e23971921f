"""Header fields: reading, unfolding, and the encodings inside them (RFC 5322, 2047, 2231)."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mailboxes.parsing import charsets, limits
from tickets.file_types import TURNING

FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
# Where a header ends that is too long to be read: the first empty line.
EMPTY_LINE = re.compile(rb"\n\r?\n")
FOLD = re.compile(r"[\r\n]+(?=[ \t])|[\r\n]+")
ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^\r\n]{0,1000}?)\?=")
PARAMETER = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*("(?:[^"\\]|\\.){0,2000}"|[^;]*)', re.DOTALL)
ESCAPED = re.compile(r'\\(["\\])')
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
PARAMETERS_LENGTH = 20_000


@dataclass(slots=True)
class Headers:
    """The fields of one header in their order, names in small letters, values unfolded."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    is_cut: bool = False  # beyond a limit
    is_broken: bool = False  # had lines that belong to no field

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """Return the first field of this name, empty for none."""
        return next((value for key, value in self.fields if key == name), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def read_headers(raw: bytes, start: int, end: int, most: int) -> tuple[Headers, int]:
    """Read the fields that begin at `start`; return them and where the body begins.

    At most `most` bytes are looked at.
    """
    headers = Headers()
    values: list[tuple[str, bytearray]] = []
    position, stop = start, min(end, start + most)
    while position < end:
        if position >= stop or len(values) > limits.HEADER_FIELDS:
            headers.is_cut = True
            position = _after_empty_line(raw, position, end)
            break
        newline = raw.find(b"\n", position, end)
        following = newline + 1 if newline >= 0 else end
        line = raw[position : min(following, position + limits.FIELD_BYTES)]
        headers.is_cut |= following - position > limits.FIELD_BYTES
        if not line.rstrip(b"\r\n"):
            position = following
            break
        if not _take(line, values, headers) and not _goes_on(raw, position, following, start):
            break
        position = following
    headers.fields = [(name, _unfold(value)) for name, value in values]
    return headers, position


def _take(line: bytes, values: list[tuple[str, bytearray]], headers: Headers) -> bool:
    """Add a line to the fields; return False for one that belongs to none."""
    if line[:1] in (b" ", b"\t"):
        if not values:
            return False
        if len(values[-1][1]) + len(line) > limits.FIELD_BYTES:
            headers.is_cut = True
        else:
            values[-1][1].extend(line)
        return True
    match = FIELD.match(line)
    if match is None:
        headers.is_broken = True
        return False
    values.append((match[1].decode("ascii").lower(), bytearray(line[match.end() :])))
    return True


def _goes_on(raw: bytes, position: int, following: int, start: int) -> bool:
    """Whether the header goes on after a line that is no field: that of an mbox, or broken."""
    if position == start and raw.startswith((b"From ", b">From "), position):
        return True
    return FIELD.match(raw, following) is not None


def _after_empty_line(raw: bytes, position: int, end: int) -> int:
    match = EMPTY_LINE.search(raw, max(position - 1, 0), end)
    return match.end() if match else end


def _unfold(value: bytearray) -> str:
    return FOLD.sub("", charsets.decode_header(bytes(value))).strip()


def plain(text: str) -> str:
    """Return a header's text on one line, without control and turning characters."""
    line = CONTROL.sub(" ", text)
    return " ".join("".join(char for char in line if char not in TURNING).split())


def decode_words(value: str) -> str:
    """Return the text with its encoded words (RFC 2047) decoded, as `plain`."""
    if "=?" not in value:
        return plain(value)
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for match in ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        # Characters of several bytes are often split over two words of the same charset.
        if pending and (between.strip() or match[1].lower() != charset):
            pieces.append(charsets.decode(pending, charset)[0])
            pending = b""
        if between.strip() or end == 0:
            pieces.append(between)
        pending += _word(match[2], match[3])
        charset, end = match[1].lower(), match.end()
    if pending:
        pieces.append(charsets.decode(pending, charset)[0])
    return plain("".join([*pieces, value[end:]]))


def _word(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the first word of a field in small letters, and its parameters (RFC 2231)."""
    value = value[:PARAMETERS_LENGTH]
    first = value.split(";", 1)[0].strip().lower()
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in _raw_parameters(value):
        base, star, rest = name.partition("*")
        if not star:
            found.setdefault(base, decode_words(text))
            continue
        number = rest.rstrip("*")
        index = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
        pieces.setdefault(base, {}).setdefault(index, (text, rest.endswith("*") or rest == ""))
    for base, parts in pieces.items():
        found[base] = plain(_joined([parts[index] for index in sorted(parts)]))
    return first, found


def _raw_parameters(value: str) -> Iterator[tuple[str, str]]:
    for match in PARAMETER.finditer(value):
        text = match[2].strip()
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = ESCAPED.sub(r"\1", text[1:-1])
        yield match[1].lower(), text.strip('"') if text.startswith('"') else text


def _joined(parts: list[tuple[str, bool]]) -> str:
    """Join the pieces of one parameter; the first may name its charset."""
    charset, data = "", b""
    for number, (text, is_encoded) in enumerate(parts):
        if is_encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return charsets.decode(data, charset)[0]

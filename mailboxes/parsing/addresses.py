"""Lists of addresses, read in one pass whatever stands in them (RFC 5322, 3.4)."""

import re
from collections.abc import Iterator

from mailboxes.parsing import headers, limits
from mailboxes.parsing.parsed import Address

TOKEN = re.compile(
    r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?\r\n]{0,500}\?="  # an encoded word may hold a comma
    r'|"(?:[^"\\]|\\.){0,500}"'
    r"|<[^<>]*>"
    r'|[^"<>(),;:=]+'
    r"|.",
    re.DOTALL,
)
EMAIL = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,190}\Z")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read_email(text: str) -> str:
    """Return a bare address, or "" for what is none."""
    # A route before the address (RFC 5322, 4.4) leads nowhere any more.
    bare = text.strip().strip("<>").rsplit(":", 1)[-1].strip()
    bare = bare.removeprefix("'").removesuffix("'")
    if len(bare) > limits.EMAIL_LENGTH or not EMAIL.match(bare):
        return ""
    if headers.plain(bare) != bare:
        return ""
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def read_addresses(value: str, most: int = limits.RECIPIENTS) -> list[Address]:
    """Return the addresses of a field in their order, of groups their members, `most` at most."""
    found: list[Address] = []
    for words, angle, comment in _entries(value):
        email = read_email(angle if angle is not None else "".join(words).replace(" ", ""))
        name = _name(words, comment) if angle is not None else _name([comment], "")
        if email:
            found.append(Address(email, "" if name.lower() == email.lower() else name))
        if len(found) >= most:
            break
    return found


def _entries(value: str) -> Iterator[tuple[list[str], str | None, str]]:
    """Yield (words, address in angle brackets, comment) for each address."""
    words: list[str] = []
    angle: str | None = None
    comment, depth = "", 0
    for match in TOKEN.finditer(value):
        piece = match[0]
        if piece == "(" or (depth and piece == ")"):
            depth += 1 if piece == "(" else -1
        elif depth:
            comment += piece if len(comment) < limits.NAME_LENGTH else ""
        elif piece in (",", ";") or (piece[0] == "<" and angle is not None):
            yield words, angle, comment
            words, angle, comment = [], (piece if piece[0] == "<" else None), ""
        elif piece[0] == "<" and len(piece) > 1:
            angle = piece
        elif piece == ":" and angle is None:
            words = []  # what stood here is the name of a group
        else:
            words.append(piece)
    if words or angle:
        yield words, angle, comment


def _name(words: list[str], comment: str) -> str:
    phrase = "".join(_unquoted(word) for word in words).strip() or comment
    return headers.decode_words(phrase[:2_000]).strip("'\" ")[: limits.NAME_LENGTH].strip()


def _unquoted(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] == '"':
        return ESCAPED.sub(r"\1", word[1:-1])
    return word


def read_ids(value: str, most: int = limits.REFERENCES) -> tuple[str, ...]:
    """Return the message ids of a field, each once: the first and the last, `most` at most."""
    ids = list(dict.fromkeys(MESSAGE_ID.findall(value)))
    return tuple(ids if len(ids) <= most else [ids[0], *ids[1 - most :]])

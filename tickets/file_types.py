"""Which files the desk takes, and whether a file is what its name says. No queries."""

import codecs
import re
import unicodedata
from typing import BinaryIO, NamedTuple

import puremagic

NAME_LENGTH = 150
HEAD = 4096  # bytes that tell what a file is
CHUNK = 65_536
OTHER_TYPE = "application/octet-stream"

RASTER_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
IMAGES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "heic": "image/heic",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}
PLAIN_TEXT = {
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "md": "text/markdown",
    "json": "application/json",
    "eml": "message/rfc822",
}
# Text as well, and alive in a browser: only where an admin asks for it, and served like the rest.
LIVE_TEXT = {
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "mht": "multipart/related",
    "mhtml": "multipart/related",
    "js": "text/javascript",
    "css": "text/css",
}
PACKED_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
OLD_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
OFFICE = PACKED_OFFICE | OLD_OFFICE | {"rtf": "application/rtf"}
ZIPPED = PACKED_OFFICE | {"zip": "application/zip"}
TEXT = PLAIN_TEXT | LIVE_TEXT
KNOWN = IMAGES | TEXT | OFFICE | ZIPPED | {"pdf": "application/pdf"}
# The words for a kind, and the extensions that it takes.
KINDS = (
    ("images", IMAGES),
    ("PDF", {"pdf": ""}),
    ("text", PLAIN_TEXT),
    ("Office", OFFICE),
    ("ZIP", {"zip": ""}),
)
DEFAULT_EXTENSIONS = " ".join(
    sorted((IMAGES | PLAIN_TEXT | OFFICE | {"pdf": "", "zip": ""}).keys())
)

EXTENSION = re.compile(r"[a-z0-9]{1,12}\Z")
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
# Characters that turn the direction of what follows: "gpj.exe" could look like "exe.jpg".
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# How binary files begin that might otherwise pass for text.
NOT_TEXT = (b"%PDF-", b"GIF8", b"PK\x03\x04", b"MZ\x90", b"{\\rtf")
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    **dict.fromkeys(ZIPPED, (b"PK\x03\x04", b"PK\x05\x06")),
    **dict.fromkeys(OLD_OFFICE, (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
    "pdf": (b"%PDF-",),
    "rtf": (b"{\\rtf",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "bmp": (b"BM",),
    "tif": (b"II*\x00", b"MM\x00*"),
    "tiff": (b"II*\x00", b"MM\x00*"),
}


class Recognised(NamedTuple):
    """What a file is: its extension (may be empty), and its type if the content agrees."""

    extension: str
    content_type: str | None


def clean_name(name: str) -> str:
    """Return a name fit for every reader: no folders, no control or turning characters.

    Names that Windows keeps for devices and names that begin with a dot are changed a little; the
    extension survives the cut of a long name. An empty one becomes "file".
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        char
        for char in last
        if char not in TURNING and unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
    )
    kept = " ".join(kept.split()).strip(". ")
    if RESERVED.match(kept):
        kept = f"_{kept}"
    if len(kept) > NAME_LENGTH:
        stem, dot, extension = kept.rpartition(".")
        tail = dot + extension if stem and len(extension) < 13 else ""
        kept = kept[: NAME_LENGTH - len(tail)] + tail
    return kept or "file"


def extension_of(name: str) -> str:
    """Return the last extension in small letters, empty for none."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""


def parse_extensions(text: str) -> list[str]:
    """Return the extensions that stand in `text`, in order; raises `ValueError` with the word."""
    words = [word.lower().lstrip(".") for word in re.split(r"[\s,;]+", text) if word.strip(". ")]
    for word in words:
        if not EXTENSION.match(word):
            raise ValueError(word)
    return sorted(set(words))


def words_for(extensions: list[str]) -> str:
    """Return the kinds as people say them: "images, PDF, text, Office and ZIP"."""
    left, words = set(extensions), []
    for word, members in KINDS:
        if left & members.keys():
            words.append(word)
            left -= members.keys()
    words += sorted(extension.upper() for extension in left)
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def recognise(name: str, file: BinaryIO) -> Recognised:
    """Look at the content; `content_type` is None where name and content contradict each other.

    Reads text to its end in pieces, of everything else only the beginning. Nothing is unpacked.
    """
    extension = extension_of(name)
    file.seek(0)
    head = file.read(HEAD)
    agrees = _is_text(file, head) if extension in TEXT else _has_magic(extension, head)
    file.seek(0)
    return Recognised(extension, KNOWN.get(extension, OTHER_TYPE) if agrees else None)


def _has_magic(extension: str, head: bytes) -> bool:
    if beginnings := BEGINNINGS.get(extension):
        return head.startswith(beginnings)
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    wanted = {f".{extension}", *((".heif", ".heics") if extension == "heic" else ())}
    return any(guess.extension in wanted for guess in guesses)


def _is_text(file: BinaryIO, head: bytes) -> bool:
    """Whether it is UTF-8, or UTF-16 that says so, without NUL characters."""
    if head.startswith(NOT_TEXT):
        return False
    coding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    decoder = codecs.getincrementaldecoder(coding)()
    file.seek(0)
    try:
        while piece := file.read(CHUNK):
            if "\x00" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

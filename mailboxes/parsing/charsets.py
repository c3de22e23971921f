"""Bytes to text, whatever the sender called their charset. Never raises."""

import codecs
import re

REPLACED = "Some characters could not be read and were replaced."

# How the standard's smaller sets are used in practice (https://encoding.spec.whatwg.org).
LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
ALIASES = {
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "x-unicode-2-0-utf-7": "utf-7",
    "windows-874": "cp874",
    "ansi": "cp1252",
    "cp-850": "cp850",
    "x-user-defined": "cp1252",
}
# Python's codecs that are no charsets: they would change, unpack or execute nothing, but not read.
NO_CHARSETS = frozenset(
    ("unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem")
)
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ISO_2022 = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"), (b"\x1b(", "iso2022_jp_ext"))
STATEFUL = ("utf-7", "utf-16", "utf-32", "iso2022", "hz")
# So many characters of several bytes are not valid UTF-8 by chance.
LEADS, MANY_LEADS = re.compile(rb"[\xc2-\xf4][\x80-\xbf]"), 8
NAME = re.compile(r"[A-Za-z0-9][\w.:+-]{0,40}\Z", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")


def codec_of(charset: str) -> str | None:
    """Return the name of Python's codec for a declared charset, None for none or an unknown one."""
    name = charset.strip().strip("\"'").lower()
    if not NAME.match(name):
        return None
    try:
        found = codecs.lookup(ALIASES.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return None
    # The flag tells zip, hex and rot13 from charsets.
    is_text = getattr(found, "_is_text_encoding", False)
    kind = found.name.replace("-", "_")
    return found.name if is_text and kind not in NO_CHARSETS else None


def decode(data: bytes, charset: str = "") -> tuple[str, bool]:
    """Return the text and whether every byte could be read.

    A charset that the bytes contradict is a lie: UTF-8 is tried next, then Windows-1252.
    """
    codec = codec_of(charset)
    for guess in _guesses(data, codec):
        try:
            text = data.decode(guess)
        except (UnicodeError, ValueError):
            continue
        return clean(text), True
    fallback = codec if codec and codec != "ascii" else "cp1252"
    try:
        text = data.decode(LARGER.get(fallback, fallback), "replace")
    except (UnicodeError, ValueError):
        text = data.decode("utf-8", "replace")
    return clean(text), False


def _guesses(data: bytes, codec: str | None) -> list[str]:
    guesses = [name for mark, name in BOMS if data.startswith(mark)][:1]
    eight_bit = codec is None or codec in ("ascii", "iso8859-1", "cp1252")
    if not eight_bit and len(LEADS.findall(data[:10_000])) >= MANY_LEADS:
        guesses += ["utf-8"]
    if eight_bit:
        guesses += [name for mark, name in ISO_2022 if mark in data][:1]
        # Text that is valid UTF-8 beyond ASCII is UTF-8, whatever it is called.
        guesses += ["utf-8"]
    if codec:
        guesses += [LARGER.get(codec, codec), codec]
    if codec is None or not codec.startswith(STATEFUL):
        guesses += ["utf-8"]
    return guesses


def clean(text: str) -> str:
    """Return the text as every database takes it: no NUL, no lone surrogates."""
    return SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd")


def decode_header(data: bytes) -> str:
    """Return a header field that should be ASCII, and may be UTF-8 (RFC 6532) or anything."""
    try:
        return data.decode("ascii").replace("\x00", "\ufffd")
    except UnicodeDecodeError:
        return decode(data)[0]

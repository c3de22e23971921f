"""Content-Transfer-Encoding undone, as far as it goes. Never raises."""

import binascii
import re
from io import BytesIO

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
NOT_BASE64 = bytes(set(range(256)) - set(BASE64))
WHITE = b" \t\r\n"
PIECE = 3_000_000
BROKEN = "A part was damaged on its way; what could be read of it is kept."
MISLABELLED = "A part was not encoded as it says; it is shown as it came."
UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ", re.MULTILINE)


def decode(data: bytes, encoding: str) -> tuple[bytes, str]:
    """Return the content and a sentence about what is wrong with it, if anything is."""
    encoding = encoding.split(";")[0].strip().strip("\"'").lower()
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return _quoted_printable(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(data)
    return data, ""


def _base64(data: bytes) -> tuple[bytes, str]:
    """Decode in pieces: large files are not held several times over."""
    if _is_no_base64(data[:10_000]):
        return data, MISLABELLED
    out, rest, problem = BytesIO(), b"", ""
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        digits = rest + piece.translate(None, NOT_BASE64)
        is_last = start + PIECE >= len(data)
        whole = len(digits) if is_last else len(digits) - len(digits) % 4
        # A sign of the end in the middle: several texts one behind the other.
        if b"=" in digits[:whole]:
            decoded, broken = _segments(digits)
            rest = b""
        else:
            decoded, broken = _segments(digits[:whole])
            rest = digits[whole:]
        problem = problem or (BROKEN if broken else "")
        out.write(decoded)
    if data[:10_000].translate(None, BASE64 + WHITE):
        problem = problem or BROKEN
    return out.getvalue(), problem


def _segments(digits: bytes) -> tuple[bytes, bool]:
    broken, decoded = False, []
    for segment in re.split(rb"=+", digits):
        odd = len(segment) % 4
        if odd == 1:
            segment, broken = segment[:-1], True
        decoded.append(binascii.a2b_base64(segment + b"=" * (-len(segment) % 4)))
    return b"".join(decoded), broken


def _is_no_base64(sample: bytes) -> bool:
    """Whether this is plain text that only claims to be encoded."""
    words = sample.split()
    letters = b"".join(words)
    odd = len(letters.translate(None, BASE64))
    short = len(words) > 5 and len(letters) / len(words) < 20
    return bool(letters) and (odd * 8 > len(letters) or short)


def _quoted_printable(data: bytes) -> tuple[bytes, str]:
    # Blanks at the end of a line were added on the way (RFC 2045, 6.7).
    stripped = re.sub(rb"(?<![ \t])[ \t]+(?=\r?\n|\Z)", b"", data)
    broken = re.search(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)", stripped)
    return binascii.a2b_qp(stripped), BROKEN if broken else ""


def _uuencoded(data: bytes) -> tuple[bytes, str]:
    begin = UU_BEGIN.search(data)
    if begin is None:
        return data, MISLABELLED
    out, problem = BytesIO(), ""
    for line in data[begin.start() :].splitlines()[1:]:
        if line.strip() in (b"end", b""):
            break
        try:
            out.write(binascii.a2b_uu(line))
        except binascii.Error:
            # Some programs write too much at the end of a line.
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.write(binascii.a2b_uu(line[:count]))
            except binascii.Error:
                problem = BROKEN
    return out.getvalue(), problem

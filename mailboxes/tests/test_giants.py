"""Messages that are made to be too much: read within limits, never lost, the next one as ever."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxes.parsing import parse_message

HEAD = b"From: a@example.org\r\nSubject: Big\r\nMessage-ID: <1@example.org>\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"


def parts(count: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--\r\n"


def levels(count: int) -> bytes:
    opened = [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(count)
    ]
    return HEAD + b"".join(opened) + b"\r\nhello"


def messages(count: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * count + b"\r\nhello"


def recipients(count: int) -> bytes:
    to = b",\r\n ".join(b"p%d@example.org" % n for n in range(count))
    return HEAD + b"To: " + to + b"\r\n\r\nhello"


def header(size: int) -> bytes:
    return HEAD + b"X-Long: " + b"a" * size + b"\r\nTo: b@example.org\r\n\r\nhello"


def header_lines(size: int) -> bytes:
    return HEAD + b"X-Line: abcdefgh\r\n" * (size // 18) + b"\r\nhello"


GIANTS: list[tuple[str, Callable[[], bytes], str]] = [
    ("10,000 parts", lambda: parts(10_000), "parts"),
    ("1,000 levels", lambda: levels(1_000), "nested"),
    ("50,000 recipients", lambda: recipients(50_000), "header"),
    ("3,000 recipients", lambda: recipients(3_000), "recipients"),
    ("1 MB header line", lambda: header(1_000_000), "header"),
    ("1 MB of header lines", lambda: header_lines(1_000_000), "header"),
]


@pytest.mark.parametrize(("name", "make", "doubt"), GIANTS, ids=[giant[0] for giant in GIANTS])
def test_what_is_beyond_a_limit_is_a_doubt(
    name: str, make: Callable[[], bytes], doubt: str
) -> None:
    parsed = parse_message(make())
    assert parsed.sender
    assert any(doubt in sentence for sentence in parsed.doubts), parsed.doubts


def test_messages_within_messages_are_one_file() -> None:
    parsed = parse_message(messages(5_000))
    assert [file.content_type for file in parsed.attachments] == ["message/rfc822"]


HOSTILE = {
    "nested divs": b"<div>" * 20_000,
    "nested tables": b"<table><tr><td>" * 10_000,
    "nested quotes": b"<blockquote>x" * 300 + b"<br>y" * 10_000,
    "nested lists": b"<ul><li>x" * 300 + b"<br>y" * 10_000,
    "bold": b"<b>x" * 10_000,
    "formatting": b"<b><p>" * 10_000,
    "comments": b"<!--" * 50_000,
    "tags": b"<a" * 100_000,
    "attributes": b"<a " + b"x=y " * 100_000 + b">",
    "signs": b"<" * 100_000,
    "entities": b"&" * 100_000,
    "table rows": b"<table>" + b"<tr><td>x<td>y" * 5_000,
}
PLAIN = {
    "wrote": b"On 1 \n" * 20_000,
    "from": b"From: x\n" * 20_000,
    "quotes": b">" * 1_000_000,
    "quote lines": b"> a\nb\n" * 20_000,
    "brackets": b"[" * 100_000,
    "links": b"[a](" * 100_000,
    "stars": b"*" * 100_000,
    "dashes": b"-" * 100_000,
    "blanks": b" " * 1_000_000 + b"x",
    "newlines": b"\n" * 1_000_000,
    "marks": "\ufdd0\n".encode() * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_take_bounded_time(kind: str) -> None:
    check(b"Content-Type: text/html\r\n\r\n" + HOSTILE[kind] + b" words")


@pytest.mark.parametrize("kind", PLAIN)
def test_hostile_texts_take_bounded_time(kind: str) -> None:
    check(b"In-Reply-To: <x@y>\r\n\r\n" + PLAIN[kind] + b" words")


HEADERS = {
    "encoded words": b"Subject: " + b"=?utf-8?q?" * 6_000,
    "half words": b"Subject: " + b"=?a" * 20_000,
    "comments": b"To: " + b"(" * 60_000,
    "quotes": b'To: "' + b'\\"' * 30_000,
    "angles": b"To: " + b"<" * 60_000,
    "parameters": b"Content-Type: text/plain" + b';a="' * 15_000,
    "results": b"Authentication-Results: x" + b";(" * 30_000,
    "ids": b"References: " + b"<a@b> " * 10_000,
    "folds": b"Subject: x" + b"\r\n " * 20_000 + b"y",
    "date": b"Date: " + b"1 " * 30_000,
}


@pytest.mark.parametrize("kind", HEADERS)
def test_hostile_headers_take_bounded_time(kind: str) -> None:
    check(HEADERS[kind] + b"\r\n\r\nhello")


def check(rest: bytes) -> None:
    """Ten seconds are promised; each of these takes a tenth of one where none is quadratic."""
    start = time.process_time()
    parse_message(b"From: a@example.org\r\n" + rest, trusted_hosts=["x"])
    assert time.process_time() - start < 10


MEASURED = """
import re, sys, time
from mailboxes.parsing import parse_message
start = time.process_time()
with open(sys.argv[1], "rb") as message:
    parsed = parse_message(message)
seconds = time.process_time() - start
# Not `ru_maxrss`, which begins with what the process that started this one had.
highest = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(seconds, int(highest[1]) // 1024, len(parsed.doubts))
"""
BASE64 = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
PAGE = b"Content-Type: text/html\r\n"
LARGE = {
    "text": (b"\r\n", b"words of a text\r\n", 6_300_000),
    "file": (BASE64 + b"\r\n", b"QUJDREVGR0hJSktM\r\n", 5_600_000),
    "page": (PAGE + b"\r\n", b"<p>words\r\n", 10_000_000),
    "line": (b"\r\n", b"x" * 1_000, 100_000),
    "header": (b"Subject: ", b"x" * 1_000, 100_000),
    "levels": (levels(1_000), b"words of a text\r\n", 6_000_000),
    "parts": (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        b"--b\r\n\r\n" + b"words " * 1_600 + b"\r\n",
        10_000,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
def test_a_hundred_megabytes_are_read_within_limits(kind: str, tmp_path: Path) -> None:
    """Ten seconds and 256 MB for the whole process."""
    head, line, count = LARGE[kind]
    stored = tmp_path / "message"
    with stored.open("wb") as file:
        file.write(b"From: a@example.org\r\n" + head)
        for _ in range(0, count, 1_000):
            file.write(line * min(count, 1_000))
    command = [sys.executable, "-c", MEASURED, str(stored)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, megabytes, doubts = done.stdout.split()
    assert float(seconds) < 10
    assert int(megabytes) < 256
    assert int(doubts)
    stored.unlink()

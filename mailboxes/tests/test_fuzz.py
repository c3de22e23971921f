"""Random and broken messages: something is always read, and never an error.

`FUZZ_EXAMPLES` widens the search.
"""

import os
import random
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailboxes.parsing import ParsedMail, Unparsable, parse_message
from mailboxes.tests import corpus

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RAW = [case.raw for case in corpus.CASES if len(case.raw) < 3_000]
WORDS = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\n",
            b"\r",
            b"\r\n\r\n",
            b"--",
            b"--=_m",
            b"--=_m--",
            b"\x00",
            b"\xff",
            b"=",
            b'"',
        ),
        *(
            b"From: ",
            b"Content-Type: ",
            b"multipart/mixed; boundary=",
            b"text/html; charset=",
            b"utf-7",
        ),
        *(
            b"message/rfc822",
            b"Content-Transfer-Encoding: base64",
            b"=?utf-8?B?",
            b"?=",
            b"<",
            b">",
            b"(",
        ),
        *(
            b"<blockquote>",
            b"<table><tr><td>",
            b"<div class=gmail_quote>",
            b"> ",
            b"On 1 Jan wrote:",
        ),
        *(
            b"Authentication-Results: x; dmarc=pass",
            b"Date: ",
            b"To: ",
            b";",
            b",",
            b":",
            b"\\",
            b"a" * 80,
        ),
    ]
)


def assert_sound(raw: bytes) -> None:
    """Read it; whatever comes out can be stored."""
    try:
        parsed = parse_message(raw, trusted_hosts=["x"])
    except Unparsable as error:
        assert str(error) in ("It is empty.", "It has no header.")  # noqa: PT017
        return
    assert isinstance(parsed, ParsedMail)
    texts = [parsed.text, parsed.quoted, parsed.subject, parsed.message_id, *parsed.problems]
    texts += [file.name for file in parsed.attachments]
    texts += [text for one in (*parsed.to, *parsed.cc) for text in (one.email, one.name)]
    assert all("\x00" not in text for text in texts)
    "".join(texts).encode("utf-8")
    assert parsed == parse_message(BytesIO(raw), trusted_hosts=["x"])


@quick
@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    assert_sound(raw)


@quick
@given(st.lists(WORDS, max_size=60).map(b"".join))
def test_words_of_messages_in_any_order(raw: bytes) -> None:
    assert_sound(raw)


@quick
@given(st.sampled_from(RAW), st.integers(0, 2**32))
def test_damaged_messages(raw: bytes, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(raw)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at : at + chance.randrange(20)] = b""
            case 1:
                data[at:at] = chance.randbytes(chance.randrange(6))
            case 2:
                data[at:at] = data[at : at + chance.randrange(80)]
            case _:
                del data[at:]
    assert_sound(bytes(data))


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"   \n"])
def test_nothing_is_no_message(raw: bytes) -> None:
    with pytest.raises(Unparsable, match="empty"):
        parse_message(raw)


def test_words_of_the_sender_are_never_lost() -> None:
    """What the folding takes away it keeps: both texts together hold every line."""
    for case in corpus.replies.CASES:
        parsed = parse_message(case.raw)
        for words in ("Thanks, that works now.", "It does not work."):
            if words.encode() in case.raw:
                assert words in parsed.text + parsed.quoted

"""Tokens of mails: what we wrote is read again, and nothing else is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.email_thread import (
    NOTE,
    REPLY,
    Token,
    is_expired,
    numbers_in_ids,
    numbers_in_subject,
    read_token,
    reply_address,
    tokens_in_addresses,
    tokens_in_ids,
    write_token,
)

WHEN = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
numbers = st.integers(min_value=1, max_value=10**18)


@settings(max_examples=100, deadline=None)
@given(ticket=numbers, user=numbers, seconds=st.integers(0, 10**9), kind=st.sampled_from("rn"))
def test_what_was_written_is_read_whatever_the_case_of_its_letters(ticket, user, seconds, kind):
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    token = Token(ticket, user, moment, kind)
    text = write_token(token)
    assert text == text.lower()
    assert len(text) <= 60
    assert read_token(text) == read_token(text.upper()) == token


def test_a_changed_shortened_or_borrowed_token_says_nothing():
    text = write_token(Token(16, 5, WHEN))
    said, _, mac = text.rpartition("-")
    assert read_token(text)
    for other in (
        text[:-1],
        text + "a",
        f"{said}-{'a' * 20}",
        write_token(Token(17, 5, WHEN)).rpartition("-")[0] + f"-{mac}",
        write_token(Token(16, 6, WHEN)).rpartition("-")[0] + f"-{mac}",
        write_token(Token(16, 5, WHEN, NOTE)).rpartition("-")[0] + f"-{mac}",
        write_token(Token(16, 5, WHEN + timedelta(seconds=1))).rpartition("-")[0] + f"-{mac}",
        "",
        "r1-1-1-",
        "\x00",
    ):
        assert read_token(other) is None, other


def test_another_key_makes_other_tokens(settings):
    text = write_token(Token(16, 5, WHEN))
    settings.SECRET_KEY = "x" * 50
    assert read_token(text) is None


def test_tokens_end_after_two_years_and_do_not_come_from_the_future():
    token = Token(1, 1, WHEN, REPLY)
    assert not is_expired(token, WHEN + timedelta(days=729))
    assert is_expired(token, WHEN + timedelta(days=731))
    assert is_expired(token, WHEN - timedelta(days=2))


def test_tokens_are_found_in_our_own_addresses_only():
    text = write_token(Token(16, 5, WHEN))
    address = reply_address("Support@help.example.com", text)
    assert address == f"Support+{text}@help.example.com"
    found = tokens_in_addresses(
        [f"support+{text}@evil.example", address.upper(), "support@help.example.com"],
        ["support@help.example.com"],
    )
    assert list(found) == [text]


def test_tokens_are_found_in_ids_of_our_own_form_and_domain():
    text = write_token(Token(16, 5, WHEN))
    ours = f"<{'0' * 20}.{text}@help.example.com>"
    ids = [ours, f"<{text}@help.example.com>", ours.replace("help.", "evil."), "<x@y>", "nonsense"]
    assert list(tokens_in_ids(ids, "help.example.com")) == [text]


def test_numbers_are_claims_of_whoever_wrote_them():
    assert list(numbers_in_ids(["<tkt0042@desk>", "<tkt0043@other>"], "desk")) == [42]
    assert list(numbers_in_subject("Re: Printer [TKT0042] and tkt12345")) == [42, 12345]
    assert list(numbers_in_subject("XTKT0042 TKT1 TKT00420 TKT0042x")) == []

"""Words that were copied from an internal note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.leaks import SHINGLE_WORDS, copied_words

NOTE = "The customer's contract ended in March and legal says we must not promise anything here."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Hello, could you restart it?", ""),
        (NOTE, "the customer s contract ended in march and legal says we must not promise anything here"),
        # seven words in a row are chance
        ("contract ended in March and legal says so", ""),
        ("contract ended in March and legal says we are fine",
         "contract ended in march and legal says we"),
        # case, punctuation and line breaks are no disguise
        ("> CONTRACT ended, in March;\nand **legal** says we", "contract ended in march and legal says we"),
        # nor is a word that is left out in the middle: two short pieces are two pieces
        ("contract ended in March and says we must not promise anything", ""),
    ],
)  # fmt: skip
def test_examples(text, expected):
    assert copied_words(text, [NOTE]) == expected


def test_what_the_customer_has_read_anyway_is_no_leak():
    text = "one two three four five six seven eight nine"
    assert copied_words(text, [text])
    assert copied_words(text, [text], [f"zero {text} ten"]) == ""
    assert copied_words(text + " ten", [text + " ten"], [text]) == (
        "three four five six seven eight nine ten"
    )


words = st.lists(st.sampled_from("abcdefgh"), max_size=30).map(" ".join)


@pytest.mark.parametrize(
    ("note", "text", "found"),
    [
        ("Never pays. Password is hunter2", "She never pays, password is hunter2.", True),
        ("Never pays. Password is hunter2", "Password is hunter2", False),
        ("He called back", "He called back", False),  # anybody says that
        ("客户从不付款总是抱怨一切", "您好,客户从不付款总是抱怨一切。", True),
        ("客户从不付款总是抱怨一切", "客户您好。", False),
    ],
)
def test_short_notes_and_scripts_without_blanks(note, text, found):
    assert bool(copied_words(text, [note])) is found
    assert copied_words(text, [note], [f"As you wrote: {note}"]) == ""


@given(words, words, words)
def test_the_answer_is_in_both_and_long_enough_or_empty(text, note, public):
    found = copied_words(text, [note], [public])
    if found:
        assert found in text
        assert len(found.split()) >= SHINGLE_WORDS or found == note
    else:
        pieces = [text.split()[at : at + SHINGLE_WORDS] for at in range(len(text.split()))]
        full = {" ".join(piece) for piece in pieces if len(piece) == SHINGLE_WORDS}
        assert not any(f" {piece} " in f" {note} " and f" {piece} " not in f" {public} "
                       for piece in full)  # fmt: skip


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_answered(text, note):
    assert isinstance(copied_words(text, [note]), str)

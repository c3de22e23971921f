"""Messages as they really come, and what each of them must give."""

from typing import Any

import pytest

from mailboxes.parsing import ParsedMail, parse_message
from mailboxes.tests import corpus
from mailboxes.tests.corpus.build import Case


@pytest.mark.parametrize("case", corpus.CASES, ids=lambda case: case.name)
def test_message(case: Case) -> None:
    parsed = parse_message(case.raw, trusted_hosts=["mx.desk.example"])
    expected = {"kind": "none", **case.expected}
    for key, value in expected.items():
        check(parsed, key, value)


def check(parsed: ParsedMail, key: str, value: Any) -> None:
    if key == "has":
        assert [words for words in value if words not in parsed.text] == [], parsed.text
    elif key == "lacks":
        assert [words for words in value if words in parsed.text] == [], parsed.text
    elif key == "folded":
        assert [words for words in value if words not in parsed.quoted] == [], parsed.quoted
    elif key == "files":
        assert [file.name for file in parsed.attachments] == value
    elif key == "kind":
        assert (parsed.automatic.kind, bool(parsed.automatic.reason)) == (value, value != "none")
    elif key in ("problem", "doubt"):
        sentences = parsed.problems if key == "problem" else parsed.doubts
        assert any(value in sentence for sentence in sentences), sentences
    else:
        found: Any = parsed
        for name in key.split("."):
            found = getattr(found, name)
        assert found == value


def test_names_of_cases_differ() -> None:
    names = [case.name for case in corpus.CASES]
    assert len(names) == len(set(names))
